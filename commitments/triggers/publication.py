"""Refuse changes of what is published, and record each withdrawal."""

import pgtrigger

from foundation.postgresql.triggers import Protect, ReadOnly, Trigger

PERMANENT_REFERENCE = ReadOnly(name="permanent_reference", fields=["reference"])

PUBLISHED_IS_KEPT = Protect(
    name="published_is_kept",
    operation=pgtrigger.Delete,
    condition=pgtrigger.Q(old__state__in=["published", "withdrawn"]),
)

NEVER_UNPUBLISHED = Protect(
    name="never_unpublished",
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__state="published") & ~pgtrigger.Q(new__state__in=["published", "withdrawn"])
    | pgtrigger.Q(old__state="withdrawn") & ~pgtrigger.Q(new__state__in=["published", "withdrawn"])
    | pgtrigger.Q(old__state="withdrawn", new__state="published", new__restored_on__isnull=True),
)

# Whatever withdraws or restores a commitment leaves a row that says so, for both steps stay public.
WITHDRAWALS_ARE_RECORDED = Trigger(
    name="withdrawals_are_recorded",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "withdrawn_on", "withdrawn_reason"),
    func="""
        IF NEW.state = 'withdrawn' AND (TG_OP = 'INSERT' OR OLD.state <> 'withdrawn') THEN
            INSERT INTO commitments_withdrawal (
                commitment_id, withdrawn_on, withdrawn_reason, withdrawn_at, restored_reason
            ) VALUES (NEW.id, NEW.withdrawn_on, NEW.withdrawn_reason, clock_timestamp(), '');
        ELSIF NEW.state = 'withdrawn' THEN
            UPDATE commitments_withdrawal
            SET withdrawn_on = NEW.withdrawn_on, withdrawn_reason = NEW.withdrawn_reason
            WHERE commitment_id = NEW.id AND restored_on IS NULL;
        ELSIF TG_OP = 'UPDATE' AND OLD.state = 'withdrawn' THEN
            UPDATE commitments_withdrawal
            SET restored_on = NEW.restored_on, restored_reason = NEW.restored_reason, restored_at = clock_timestamp()
            WHERE commitment_id = NEW.id AND restored_on IS NULL;
        END IF;
        RETURN NULL;
    """,
)

WRITTEN_BY_THE_DATABASE = Trigger(
    name="written_by_the_database",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'pgtrigger: withdrawals are recorded by the commitment alone';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    """,
)


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
            SELECT 1 FROM commitments_progressreport
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
            SELECT 1 FROM commitments_progressreport
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
            SELECT 1 FROM commitments_partner JOIN commitments_progressreport USING (commitment_id)
            WHERE commitments_progressreport.id = NEW.report_id AND agency_id = NEW.agency_id
        ) THEN
            RAISE EXCEPTION 'pgtrigger: only a partner of the commitment has a part in its reports';
        END IF;
        RETURN NEW;
    """,
)
