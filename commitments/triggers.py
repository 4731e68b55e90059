"""What the database itself refuses or keeps up to date, whatever writes to it."""

import pgtrigger

PERMANENT_REFERENCE = pgtrigger.ReadOnly(name="permanent_reference", fields=["reference"])

PUBLISHED_IS_KEPT = pgtrigger.Protect(
    name="published_is_kept",
    operation=pgtrigger.Delete,
    condition=pgtrigger.Q(old__state__in=["published", "withdrawn"]),
)

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def _fixed_once_published() -> pgtrigger.Protect:
    return pgtrigger.Protect(
        name="fixed_once_published",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__state="published"),
    )


PUBLISHED_REPORT_IS_FIXED = _fixed_once_published()
PUBLISHED_ASSESSMENT_IS_FIXED = _fixed_once_published()

# The outcome of a link check is the portal's own observation, and is the only thing that may change.
PUBLISHED_EVIDENCE_IS_FIXED = pgtrigger.Trigger(
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

PUBLISHED_CONTRIBUTION_IS_FIXED = pgtrigger.Trigger(
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

CONTRIBUTION_OF_A_PARTNER = pgtrigger.Trigger(
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

SEARCH_OF_COMMITMENT = pgtrigger.Trigger(
    name="search_of_commitment",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("title", "summary", "original_text"),
    declare=[("said", "text")],
    func="""
        SELECT string_agg(concat_ws(' ', achieved, barriers, next_steps, (
            SELECT string_agg(text, ' ') FROM commitments_contribution
            WHERE report_id = commitments_progressreport.id
        )), ' ') INTO said
        FROM commitments_progressreport WHERE commitment_id = NEW.id AND state = 'published';
        NEW.search :=
            setweight(to_tsvector('portal_english', portal_plain(NEW.title)), 'A')
            || setweight(to_tsvector('portal_english', portal_plain(NEW.summary || ' ' || NEW.original_text)), 'B')
            || setweight(to_tsvector('portal_english', portal_plain(coalesce(said, ''))), 'C');
        RETURN NEW;
    """,
)

# Setting the title to itself makes the commitment's own trigger gather its words anew.
SEARCH_OF_REPORT = pgtrigger.Trigger(
    name="search_of_report",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__state="published"),
    func="UPDATE commitments_commitment SET title = title WHERE id = NEW.commitment_id; RETURN NULL;",
)
