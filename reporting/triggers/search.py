"""Keep the words by which a commitment is found."""

import pgtrigger

from foundation.postgresql.triggers import Trigger

SEARCH_OF_COMMITMENT = Trigger(
    name="search_of_commitment",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("title", "summary", "original_text"),
    declare=[("report_texts", "text")],
    func="""
        SELECT string_agg(concat_ws(' ', achieved, barriers, next_steps, (
            SELECT string_agg(text, ' ') FROM reporting_contribution
            WHERE report_id = reporting_progressreport.id
        )), ' ') INTO report_texts
        FROM reporting_progressreport WHERE commitment_id = NEW.id AND state = 'published';
        NEW.search :=
            setweight(to_tsvector('portal_english', portal_punctuation_to_spaces(NEW.title)), 'A')
            || setweight(to_tsvector(
                'portal_english', portal_punctuation_to_spaces(NEW.summary || ' ' || NEW.original_text)
            ), 'B')
            || setweight(to_tsvector('portal_english', portal_punctuation_to_spaces(coalesce(report_texts, ''))), 'C');
        RETURN NEW;
    """,
)

# Setting the title to itself makes the commitment's own trigger rebuild its search text.
SEARCH_OF_REPORT = Trigger(
    name="search_of_report",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__state="published"),
    func="UPDATE commitments_commitment SET title = title WHERE id = NEW.commitment_id; RETURN NULL;",
)
