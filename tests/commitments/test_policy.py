"""The permission table against every path to a row: no path disagrees, and a denial has something that could leak."""

from unittest.mock import patch

import pytest
from concurrency.forms import VersionFieldSigner
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.urls import reverse

from commitments import actions
from commitments.models import Answer, Assessment, Commitment, ProgressReport
from gmg_portal.review_queue import key_of
from tests.commitments.policy import BY_INDEPENDENCE, CASES, LINES, OF_COMMITMENTS, ROLES
from tests.factories import (
    AgendaPointFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    MembershipFactory,
    ParticipationFactory,
    ProgressReportFactory,
    published_report,
)
from tests.filling import filled
from tests.gmg_portal.submitting import DRAFTS, system_of

pytestmark = pytest.mark.django_db

MODELS = {"commitment": Commitment, "progressreport": ProgressReport, "assessment": Assessment, "answer": Answer}
# The text by which a row is recognised wherever it shows, and changed where it may be.
TEXT = {"commitment": "title", "progressreport": "achieved", "assessment": "text", "answer": "text"}
OWNERS = ("lead_agency", "workgroup", "agency", "commitment", "assessment")
# What the table grants in each path: the actions know no pages, the public side nothing but reading.
BY_ACTIONS = set("rhwspbxo")
BY_PAGES = set("rhwdspbxock")
# Further pages that lead to the same: of reading, the preview; of deciding, the page for reviewing.
OTHER_WAYS = {"preview": "r", "review: publish": "p", "review: send back": "b"}
ALL_WAYS = BY_PAGES | set(OTHER_WAYS)
OF_REVIEWERS = {"p", "b", "x", "c", "k", "review: publish", "review: send back"}
LISTS = {"commitment": "/api/v1/commitments/?page_size=200", "progressreport": "/api/v1/reports/?page_size=200"}
NO_EDITORS = {"anonymous", "outsider", "former"}


@pytest.fixture
def row_in(leads, person):
    """A row as the roles see its owner, recognised by words of its own.

    Who judged does so for an agency that co-chairs the group of what is answered, and did not when it judged.
    """

    def row_in(kind, role, whose, state):
        lead = leads(role, whose)
        author = {name: lead.pop(name) for name in ("author",) if lead and name in lead}
        row = MAKE[kind](state, lead, secret(kind, role, whose, state), author)
        if role == "judge":
            agency = row.assessment.agency
            MembershipFactory(user=person("judge"), agency=agency)
            if row.commitment.workgroup:
                ParticipationFactory(workgroup=row.commitment.workgroup, agency=agency, role="co_chair")
        return row

    return row_in


def secret(*words) -> str:
    return "Secret " + "-".join(words)


def commitment_in(state, lead, words, author):
    return CommitmentFactory(title=words, **lead, **author, **({} if state == "published" else {state: True}))


def report_in(state, lead, words, author):
    commitment = CommitmentFactory(**lead)
    if state == "published":
        return published_report(commitment, achieved=words, **author)
    return ProgressReportFactory(commitment=commitment, achieved=words, **author, **{state: True})


def assessment_in(state, lead, words, author):
    if lead is None:
        facts = {"assessor_kind": "independent", "agency": None, "assessor_name": "A university"}
    elif "commitment" in lead or "partners" in lead:
        facts = {"commitment": CommitmentFactory(**lead.get("commitment", lead))}
    elif "workgroup" in lead:
        facts = {"assessor_kind": "group_lead", "agency": None, **lead}
    else:
        facts = {"agency": lead["lead_agency"]}
    return AssessmentFactory(text=words, **facts, **({"public": True} if state == "published" else {state: True}))


def answer_in(state, lead, words, author):
    """To a judgement of an agency of its own."""
    judged = {"assessment__commitment": CommitmentFactory(**lead), **author}
    return AnswerFactory(text=words, **judged, **({"public": True} if state == "published" else {state: True}))


MAKE = {"commitment": commitment_in, "progressreport": report_in, "assessment": assessment_in, "answer": answer_in}


def attempt(act, done) -> bool:
    """Whether an act had its effect; whatever it did is undone, and the page that it would end on is not drawn."""
    with transaction.atomic(), patch.object(SimpleTemplateResponse, "rendered_content", ""):
        try:
            with transaction.atomic():
                act()
        except (PermissionDenied, ValidationError):
            pass
        succeeded = done()
        transaction.set_rollback(True)
    return succeeded


def state_of(row):
    return type(row).objects.filter(pk=row.pk).values_list("state", flat=True).first()


# By querysets and actions

VERBS = {
    "s": ("submitted", lambda row, by: actions.submit(row, by=by)),
    "p": ("published", lambda row, by: actions.publish(row, by=by)),
    "b": ("sent_back", lambda row, by: actions.send_back(row, note="Name the source.", by=by)),
    "x": ("withdrawn", lambda row, by: actions.withdraw(row, reason="Entered twice.", by=by)),
    "o": ("published", lambda row, by: actions.restore(row, reason="It was not.", by=by)),
}


def by_actions(row, user) -> set[str]:
    rows = type(row).objects.filter(pk=row.pk)
    sets = {"r": rows.visible_to(user), "h": rows.confidential_to(user), "w": rows.editable_by(user)}
    granted = {letter for letter, found in sets.items() if found.exists()}
    for letter, (state, verb) in VERBS.items():
        if letter in OF_COMMITMENTS and not isinstance(row, Commitment):
            continue
        if attempt(lambda verb=verb: verb(row, user), lambda state=state: state_of(row) == state != row.state):
            granted.add(letter)
    assert rows.reviewable_by(user).exists() is ("p" in granted)
    return granted


@pytest.mark.database
@pytest.mark.parametrize(("kind", "role", "whose", "policy"), CASES)
def test_querysets_and_actions_keep_to_the_policy(kind, role, whose, policy, person, row_in):
    user = person(role)
    rows = {state: row_in(kind, role, whose, state) for state in policy}

    found = {state: by_actions(row, user) for state, row in rows.items()}

    # Nobody who is not signed in has a history to read, though what is public has one.
    assert found == {state: letters & BY_ACTIONS for state, letters in policy.items()}


@pytest.mark.database
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", MODELS)
def test_sets_hold_exactly_the_rows_of_the_policy(kind, role, person, row_in):
    user = person(role)
    granted = every_row(kind, role, row_in)
    rows = MODELS[kind].objects.filter(pk__in=granted)

    sets = {
        "r": rows.visible_to(user),
        "h": rows.confidential_to(user),
        "w": rows.editable_by(user),
        "p": rows.reviewable_by(user),
    }
    found = {letter: set(some.values_list("pk", flat=True)) for letter, some in sets.items()}

    assert found == {letter: {pk for pk, letters in granted.items() if letter in letters} for letter in sets}


def every_row(kind, role, row_in) -> dict[int, set[str]]:
    """A row for every cell of a role's lines, and the letters of its cell."""
    return {
        row_in(kind, role, whose, state).pk: letters
        for of, whose, policy in LINES[kind]
        if of == role
        for state, letters in policy.items()
    }


# By the pages of the editors' side


class Pages:
    """The editors' side in the hands of somebody who tries everything, offered or not."""

    def __init__(self, client, user):
        self.client = client
        client.logout()
        if user.is_authenticated:
            client.force_login(user)

    def address(self, row, page="change"):
        return reverse(f"admin:commitments_{row._meta.model_name}_{page}", args=[row.pk])

    def shows(self, row) -> bool:
        return getattr(row, TEXT[row._meta.model_name]) in self.client.get(self.address(row)).content.decode()

    def tells(self, row) -> bool:
        """Whether the history opens; what it does not open tells no word of the row."""
        answer = self.client.get(self.address(row, "history"))
        assert answer.status_code == 200 or getattr(row, TEXT[row._meta.model_name]) not in answer.content.decode()
        return answer.status_code == 200

    def saves(self, row, **typed) -> bool:
        """Whether what was typed into a form for this row is kept, the form being one that was never given out."""
        kind = row._meta.model_name
        owner = {name: getattr(row, f"{name}_id", None) or "" for name in OWNERS} | {
            name: getattr(row, name, "") for name in ("assessor_kind", "assessor_name")
        }
        form = FORMS[kind] | owner | {"version": VersionFieldSigner().sign(row.version), "opened": "", **typed}
        name, value = next(iter(typed.items()))

        def kept():
            saved = MODELS[kind].objects.get(pk=row.pk)
            if name == "agenda_points":
                return saved.agenda_points.filter(pk__in=value).exists()
            return getattr(saved, name) == value

        return attempt(lambda: self.client.post(self.address(row), form), kept)

    def previews(self, row) -> bool:
        """Whether the preview shows the row; of what is public it leads to the page."""
        answer = self.client.get(self.address(row, "preview"))
        if row.state in ("published", "withdrawn"):
            return answer.status_code == 302 and answer.url == page_of(row).get_absolute_url()
        return getattr(row, TEXT[row._meta.model_name]) in answer.content.decode()

    def moves(self, row, page, state, **typed) -> bool:
        return attempt(
            lambda: self.client.post(self.address(row, page), {"seen": row.version, **typed}),
            lambda: state_of(row) == state != row.state,
        )

    def letters(self, row, tried: set[str]) -> set[str]:
        """Return what can be done with a row, of the ways that are to be tried."""
        kind = row._meta.model_name
        tries = {
            "r": lambda: self.shows(row),
            "h": lambda: self.tells(row),
            "d": lambda: self.deletes(row),
            "s": lambda: self.moves(row, "submit", "submitted"),
            "p": lambda: self.moves(row, "publish", "published"),
            "b": lambda: self.moves(row, "send_back", "sent_back", note="Name the source."),
            "preview": lambda: self.previews(row),
            "review: publish": lambda: self.moves(row, "review", "published", publish="yes"),
            "review: send back": lambda: self.moves(
                row, "review", "sent_back", send_back="yes", note="Name the source."
            ),
        }
        words = "k" if row.state == "published" else "w"
        tries[words] = lambda: self.saves(row, **{TEXT[kind]: "Other words"})
        if kind == "commitment":
            tries["x"] = lambda: self.moves(row, "withdraw", "withdrawn", reason="Entered twice.")
            tries["o"] = lambda: self.moves(row, "restore", "published", reason="It was not.")
            point = AgendaPointFactory().pk
            tries["c"] = lambda: row.state == "published" and self.saves(row, agenda_points=[point])
        return {letter for letter, succeeds in tries.items() if letter in tried and succeeds()}

    def deletes(self, row) -> bool:
        return attempt(
            lambda: self.client.post(self.address(row, "delete"), {"post": "yes"}), lambda: state_of(row) is None
        )


FORMS: dict[str, dict] = {}


@pytest.fixture
def pages(client, administrator, ohchr, iom, monkeypatch):
    """Every form as an administrator is given it, for whoever is to try it without having been given one.

    The list of all tables, which stands on each page, is left out: it says nothing of any row.
    """
    monkeypatch.setattr(admin.site, "get_app_list", lambda *args, **kwargs: [])
    client.force_login(administrator)
    for kind in MODELS.keys() - FORMS.keys():
        twin = MAKE[kind]("draft", {"lead_agency": ohchr}, "A twin", {})
        FORMS[kind] = filled(client.get(reverse(f"admin:commitments_{kind}_change", args=[twin.pk])))
    return lambda user: Pages(client, user)


@pytest.mark.parametrize(("kind", "role", "whose", "policy"), CASES)
def test_pages_of_the_editors_side_keep_to_the_policy(kind, role, whose, policy, person, row_in, pages):
    rows = {state: row_in(kind, role, whose, state) for state in policy}
    editor = pages(person(role))
    tries = {state: ways_to_try(kind, role, whose, state) for state in policy}

    done = {state: editor.letters(row, tries[state]) for state, row in rows.items()}

    assert done == {
        state: set() if role in NO_EDITORS else in_every_way(letters & BY_PAGES) & tries[state]
        for state, letters in policy.items()
    }


def ways_to_try(kind: str, role: str, whose: str, state: str) -> set[str]:
    """Return what is tried with a row: on the first line of a role everything, on others what its state offers anybody.

    What a state offers nobody is refused whoever leads the row. Independence changes nothing of what is read and
    written, so only deciding and amending is tried again.
    """
    if role in BY_INDEPENDENCE:
        return OF_REVIEWERS
    if whose == next(first for of, first, _policy in LINES[kind] if of == role):
        return ALL_WAYS
    return in_every_way(set().union(*(policy.get(state, ()) for _role, _whose, policy in LINES[kind])))


def in_every_way(letters: set[str]) -> set[str]:
    return letters | {way for way, letter in OTHER_WAYS.items() if letter in letters}


# By actions on many rows at once


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", MODELS)
def test_lists_and_bulk_actions_keep_to_the_policy(kind, role, person, row_in, client):
    user = person(role)
    granted = every_row(kind, role, row_in)
    rows = MODELS[kind].objects.filter(pk__in=granted)
    if user.is_authenticated:
        client.force_login(user)
    address = reverse(f"admin:commitments_{kind}_changelist")
    before = dict(rows.values_list("pk", "state"))

    page = client.get(address)
    listed = {row.pk for row in page.context["cl"].result_list} if page.status_code == 200 else set()
    queued = {f"seen_{key_of(row)}": row.version for row in rows}
    ticked = {"row": [key_of(row) for row in rows], "confirmed": "yes", **queued}
    with transaction.atomic():
        client.post(reverse("admin:queue"), ticked)
        by_queue = dict(rows.values_list("pk", "state"))
        transaction.set_rollback(True)
    seen = {f"seen_{row.pk}": row.version for row in rows}
    chosen = {"_selected_action": list(granted), "confirmed": "yes", **seen}
    client.post(address, {"action": "publish_selected", **chosen})
    client.post(address, {"action": "delete_selected", "post": "yes", **chosen})

    after = dict(rows.values_list("pk", "state"))
    editor = role not in NO_EDITORS
    assert listed & set(granted) == {pk for pk, letters in granted.items() if editor and "r" in letters}
    publishable = {pk for pk, letters in granted.items() if editor and "p" in letters}
    assert {pk for pk in before if by_queue[pk] != before[pk]} == publishable
    assert {pk for pk in before if after.get(pk) != before[pk]} == publishable


# By the API and the public pages


@pytest.mark.parametrize(
    ("kind", "role", "whose", "policy"), [case for case in CASES if case[1] not in BY_INDEPENDENCE]
)
def test_public_side_shows_what_is_public_and_changes_nothing(kind, role, whose, policy, person, row_in, client):
    user = person(role)
    rows = {state: row_in(kind, role, whose, state) for state in policy}
    if user.is_authenticated:
        client.force_login(user)

    listed = client.get(LISTS[kind]).content.decode() if kind in LISTS else None
    found = {state: on_the_public_side(client, row, listed) for state, row in rows.items()}

    # A withdrawn commitment keeps its page; the register of the API leaves it out.
    public = {"published": {"page", "api", "api row"}, "withdrawn": {"page", "api"}}
    assert found == {state: public.get(state, set()) for state in policy}
    assert {state: state_of(row) for state, row in rows.items()} == {state: state for state in rows}


def page_of(row) -> Commitment:
    return row if isinstance(row, Commitment) else row.commitment


def on_the_public_side(client, row, listed: str | None) -> set[str]:
    """Return where the words of a row are found, `listed` being the API's list of such."""
    words = getattr(row, TEXT[row._meta.model_name])
    commitment = page_of(row)
    places = {
        "page": commitment.get_absolute_url(),
        "api": reverse("api:commitments-detail", args=[commitment.reference]),
    }
    found = {place for place, address in places.items() if words in client.get(address).content.decode()}
    in_list = found == {"page", "api"} if listed is None else words in listed
    return found | {"api row"} if in_list else found


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("role", ROLES)
def test_api_of_the_register_takes_no_writing_method(role, method, person, commitment, client):
    user = person(role)
    if user.is_authenticated:
        client.force_login(user)

    response = getattr(client, method)(reverse("api:commitments-detail", args=[commitment.reference]))

    commitment.refresh_from_db()
    assert (response.status_code, commitment.state) == (405, "published")


# By the tokens of an agency's own systems


@pytest.mark.parametrize(
    "role", [role for role in ROLES if role not in {"anonymous", "judge", "outsider"} | BY_INDEPENDENCE]
)
def test_tokens_keep_to_the_policy(role, person, row_in, client, ohchr, undesa):
    """One reads, writes and submits what its agency does; whatever other role its maker has counts for nothing."""
    user = person(role)
    if role in ("secretariat", "administrator"):
        MembershipFactory(user=user, agency=ohchr)
    system = system_of(client, user, undesa if role == "group_lead" else ohchr)
    lines = [(whose, policy) for of, whose, policy in LINES["progressreport"] if of == role]
    rows = {(whose, state): row_in("progressreport", role, whose, state) for whose, policy in lines for state in policy}

    listed = system.get().content.decode()
    found = {cell: by_token(system, row, listed) for cell, row in rows.items()}

    own = () if role == "former" else ("own_agency", "own_group")
    granted = {(whose, state): letters & set("rws") for whose, policy in lines for state, letters in policy.items()}
    assert found == {cell: letters if cell[0] in own else set() for cell, letters in granted.items()}


def by_token(system, row, listed: str) -> set[str]:
    """What a system does with a report whose code and version it has from somewhere."""
    address = f"{DRAFTS}{row.draft_code}/"
    version = f"v{row.version}.{row.history.first().history_id}"
    reads = row.achieved in system.get(address).content.decode()
    assert (row.achieved in listed) is (reads and row.state != "published")
    tries = {
        "w": (
            lambda: system.patch(address, {"barriers": "Other words"}, version),
            lambda: ProgressReport.objects.filter(pk=row.pk, barriers="Other words").exists(),
        ),
        "s": (lambda: system.post(f"{address}submit/"), lambda: state_of(row) == "submitted" != row.state),
    }
    return {letter for letter, (act, done) in tries.items() if attempt(act, done)} | ({"r"} if reads else set())
