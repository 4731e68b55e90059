"""The permission table of the review workflow, worked out by hand for each role, lead and state.

r read, h read the history, w write, d delete, s submit, p publish, b send back, x withdraw, o restore, c classify (the
editorial reading of what is public), k correct (its wording). `-` is nothing.
"""

COMMITMENTS = """
role           whose           draft   submitted  sent_back  published  withdrawn
anonymous      other_agency    -       -          -          r          r
anonymous      other_group     -       -          -          r          r
outsider       other_agency    -       -          -          r          r
outsider       other_group     -       -          -          r          r
focal_point    own_agency      rhwds   rh         rhws       rh         rh
focal_point    other_agency    -       -          -          r          r
focal_point    joined_group    -       -          -          r          r
focal_point    other_group     -       -          -          r          r
alternate      own_agency      rhwds   rh         rhws       rh         rh
alternate      other_agency    -       -          -          r          r
alternate      other_group     -       -          -          r          r
former         own_agency      -       -          -          r          r
former         other_agency    -       -          -          r          r
group_lead     own_agency      rhwds   rh         rhws       rh         rh
group_lead     other_agency    -       -          -          r          r
group_lead     co_leader       -       -          -          r          r
group_lead     own_group       rhwds   rhpb       rhws       rh         rh
group_lead     other_group     -       -          -          r          r
secretariat    other_agency    -       rhpb       rh         rhxc       rho
secretariat    other_group     -       rhpb       rh         rhxc       rho
administrator  other_agency    rhwds   rhpb       rhws       rhxck      rho
administrator  other_group     rhwds   rhpb       rhws       rhxck      rho
"""
# Assessments: what an agency or a group wrote is its own, and nobody reviews for the group.
ASSESSMENTS = """
role           whose           draft   submitted  sent_back  published
anonymous      other_agency    -       -          -          r
anonymous      independent     -       -          -          r
outsider       other_agency    -       -          -          r
focal_point    own_agency      rhwds   rh         rhws       rh
focal_point    other_agency    -       -          -          r
focal_point    joined_group    -       -          -          r
focal_point    independent     -       -          -          r
former         own_agency      -       -          -          r
group_lead     own_agency      rhwds   rh         rhws       rh
group_lead     own_group       rhwds   rh         rhws       rh
group_lead     other_group     -       -          -          r
group_lead     co_leader       -       -          -          r
group_lead     independent     -       -          -          r
secretariat    other_agency    -       rhpb       rh         rh
secretariat    other_group     -       rhpb       rh         rh
secretariat    independent     rhwds   rhpb       rhws       rh
administrator  other_agency    rhwds   rhpb       rhws       rh
administrator  independent     rhwds   rhpb       rhws       rh
"""
# Answers to an assessment by a peer agency: written and reviewed as reports are, but never reviewed by the assessor,
# even after it has come to co-chair the group.
ANSWERS = """
role           whose           draft   submitted  sent_back  published
anonymous      other_agency    -       -          -          r
outsider       other_agency    -       -          -          r
focal_point    own_agency      rhwds   rh         rhws       rh
focal_point    other_agency    -       -          -          r
focal_point    joined_group    -       -          -          r
alternate      own_agency      rhwds   rh         rhws       rh
alternate      other_group     -       -          -          r
former         own_agency      -       -          -          r
group_lead     own_agency      rhwds   rh         rhws       rh
group_lead     own_group       rhwds   rhpb       rhws       rh
group_lead     other_group     -       -          -          r
assessor       other_agency    -       -          -          r
assessor       own_group       rhwds   rh         rhws       rh
secretariat    other_agency    -       rhpb       rh         rh
secretariat    other_group     -       rhpb       rh         rh
administrator  other_agency    rhwds   rhpb       rhws       rh
administrator  other_group     rhwds   rhpb       rhws       rh
"""
# Independence by agency: what a reviewer with a stake may do less. The secretary and the acting administrator act for
# OHCHR as well; partnered is led by ILO with OHCHR as a partner. UN DESA and IOM co-chair the group that leads
# co_chairs_words, which UN DESA's focal point wrote; one is of IOM, the other the alternate of UN DESA.
INDEPENDENCE = """
role                  whose             submitted  published
secretary             own_agency        rh         rhx
secretary             partnered         rh         rhx
secretary             other_agency      rhpb       rhxc
acting_administrator  own_agency        rh         rhx
acting_administrator  partnered         rh         rhx
other_co_chair        co_chairs_words   rhpb       rh
own_alternate         co_chairs_words   rh         rh
"""
# Of own_lead OHCHR leads the commitment that ILO assesses; of co_led it co-chairs the group that leads it.
INDEPENDENT_ASSESSMENTS = """
role                  whose             submitted  published
secretary             own_agency        rh         rh
secretary             own_lead          rh         rh
secretary             co_led            rh         rh
secretary             partnered         rh         rh
secretary             other_agency      rhpb       rh
acting_administrator  own_lead          rh         rh
acting_administrator  co_led            rh         rh
"""
# What becomes of a commitment alone.
OF_COMMITMENTS = set("xock")


def read(table):
    """The lines of a table: role, whose, and the letters of each state."""
    header, *lines = (line.split() for line in table.strip().splitlines())
    return [
        (role, whose, dict(zip(header[2:], (set(letters) - {"-"} for letters in cells), strict=True)))
        for role, whose, *cells in lines
    ]


def of_reports(lines):
    """The same lines for progress reports, which are never withdrawn and never corrected."""
    return [
        (role, whose, {state: letters - OF_COMMITMENTS for state, letters in cells.items() if state != "withdrawn"})
        for role, whose, cells in lines
    ]


INDEPENDENCE_LINES = {
    "commitment": read(INDEPENDENCE),
    "progressreport": of_reports(read(INDEPENDENCE)),
    "assessment": read(INDEPENDENT_ASSESSMENTS),
    "answer": of_reports(read(INDEPENDENCE)),
}
LINES = {"commitment": read(COMMITMENTS), "assessment": read(ASSESSMENTS), "answer": read(ANSWERS)}
LINES["progressreport"] = of_reports(LINES["commitment"])
LINES = {kind: lines + INDEPENDENCE_LINES[kind] for kind, lines in LINES.items()}
CASES = [(kind, role, whose, policy) for kind, lines in LINES.items() for role, whose, policy in lines]
# Roles that differ from the others in what they may decide alone.
BY_INDEPENDENCE = {role for role, _whose, _policy in read(INDEPENDENCE)}
ROLES = sorted({role for _kind, role, _whose, _policy in CASES})
