"""Refuse changes of published commitments, and record each withdrawal."""

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

# Each withdrawal and restoration is recorded in a row, because both steps stay public.
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
