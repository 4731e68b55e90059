"""Refuse changes of published reports, evidence, contributions, assessments and answers."""

import pgtrigger

from foundation.postgresql.triggers import Protect, Trigger


def _fixed_once_published() -> Protect:
    return Protect(
        name="fixed_once_published",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__state="published"),
    )


PUBLISHED_REPORT_IS_FIXED = _fixed_once_published()

PUBLISHED_ASSESSMENT_IS_FIXED = _fixed_once_published()

PUBLISHED_ANSWER_IS_FIXED = _fixed_once_published()

# The outcome of a link check is the portal's own observation, and is the only thing that may change.
PUBLISHED_EVIDENCE_IS_FIXED = Trigger(
    name="fixed_once_published",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("report", "bigint"), ("observed", "text[]")],
    func="""
        report := CASE WHEN TG_OP = 'DELETE' THEN OLD.report_id ELSE NEW.report_id END;
        observed := ARRAY['link_check', 'link_checked_at', 'version'];
        IF NOT EXISTS (
            SELECT 1 FROM reporting_progressreport
            WHERE state = 'published'
            AND (id = report OR (TG_OP = 'UPDATE' AND id = OLD.report_id))
        ) THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - observed = to_jsonb(NEW) - observed THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'pgtrigger: the evidence of a published report is fixed';
    """,
)

PUBLISHED_CONTRIBUTION_IS_FIXED = Trigger(
    name="fixed_once_published",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF EXISTS (
            SELECT 1 FROM reporting_progressreport
            WHERE state = 'published'
            AND ((TG_OP <> 'DELETE' AND id = NEW.report_id) OR (TG_OP <> 'INSERT' AND id = OLD.report_id))
        ) AND NOT (TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW) THEN
            RAISE EXCEPTION 'pgtrigger: the parts of a published report are fixed';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    """,
)

CONTRIBUTION_OF_A_PARTNER = Trigger(
    name="of_a_partner",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("report_id", "agency_id"),
    func="""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_partner JOIN reporting_progressreport USING (commitment_id)
            WHERE reporting_progressreport.id = NEW.report_id AND agency_id = NEW.agency_id
        ) THEN
            RAISE EXCEPTION 'pgtrigger: only a partner of the commitment has a part in its reports';
        END IF;
        RETURN NEW;
    """,
)
