"""Refuse reviewers of reports, assessments and answers, and assessors, who are not independent."""

from commitments.triggers.independence import independent_review

_COMMITMENT_OF_ROW = (
    "SELECT id, lead_agency_id, workgroup_id INTO commitment FROM commitments_commitment WHERE id = NEW.commitment_id;"
)

REPORT_INDEPENDENT = independent_review(
    _COMMITMENT_OF_ROW,
    interested="array_append(ARRAY(SELECT agency_id FROM reporting_contribution WHERE report_id = NEW.id),"
    " NEW.on_behalf_of_id)",
    writing=("reporting_historicalevidence.report_id", "reporting_historicalcontribution.report_id"),
)

# The assessor is checked on each change; writer and submitter once the row is submitted.
ASSESSMENT_INDEPENDENT = independent_review(
    _COMMITMENT_OF_ROW,
    interested="commitments_agencies_with_stake(commitment.id, NEW.agency_id, commitment.workgroup_id)"
    " || commitments_agencies_with_stake(NULL, NULL, NEW.workgroup_id)",
    refused="""
            agencies_with_stake := commitments_agencies_with_stake(
                commitment.id, commitment.lead_agency_id, commitment.workgroup_id
            );
            IF (
                state_changes AND (TG_OP = 'INSERT' OR NEW.state = 'submitted' OR is_public)
                OR NEW.commitment_id IS DISTINCT FROM OLD.commitment_id
                OR NEW.agency_id IS DISTINCT FROM OLD.agency_id
                OR NEW.workgroup_id IS DISTINCT FROM OLD.workgroup_id
            ) AND (
                NEW.workgroup_id = commitment.workgroup_id
                OR agencies_with_stake && commitments_agencies_with_stake(NULL, NEW.agency_id, NEW.workgroup_id)
            ) THEN
                RAISE EXCEPTION 'pgtrigger: nobody assesses what they lead, co-lead or are a partner in'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_assessor';
            END IF;
            IF state_changes AND (NEW.state = 'submitted' OR is_public)
                AND agencies_with_stake && (
                    agencies_acted_for(NEW.author_id, NULL) || agencies_acted_for(NEW.submitted_by_id, NULL)
                )
            THEN
                RAISE EXCEPTION 'pgtrigger: nobody assesses what their agency leads, co-leads or is a partner in'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_assessor';
            END IF;
    """,
)

ANSWER_INDEPENDENT = independent_review(
    "SELECT c.id, c.lead_agency_id, c.workgroup_id INTO commitment FROM commitments_commitment c"
    " JOIN reporting_assessment a ON a.commitment_id = c.id WHERE a.id = NEW.assessment_id;"
    " SELECT * INTO assessment FROM reporting_assessment WHERE id = NEW.assessment_id;",
    interested="commitments_agencies_with_stake(NULL, assessment.agency_id, assessment.workgroup_id)",
    refused="""
            IF NEW.reviewed_by_id IN (assessment.author_id, assessment.submitted_by_id) THEN
                RAISE EXCEPTION 'pgtrigger: whoever assessed does not review the answer'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_review';
            END IF;
    """,
)
