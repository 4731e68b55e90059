"""What a second database server is asked: the tests that hold SQL to its meaning, each for SQL that no other holds.

Another server may judge a statement, a trigger or a constraint in another way; what is done with the rows afterwards (a
page, an answer, a sentence) it does not change. So files are here whole only where they are about models, constraints,
triggers, querysets, actions, migrations, search or the sets of the API, and single tests of the others.
"""

from pathlib import Path

MARKED = "database or account"  # as `make test-database` asks
FILES = (
    "tests/agencies/test_actions.py",
    "tests/agencies/test_api.py",
    "tests/agencies/test_handing_over.py",
    "tests/agencies/test_models.py",
    "tests/agenda/test_api.py",
    "tests/agenda/test_models.py",
    "tests/commitments/test_actions.py",
    "tests/commitments/test_amendments.py",
    "tests/commitments/test_changes.py",
    "tests/commitments/test_comparison.py",
    "tests/commitments/test_facets.py",
    "tests/commitments/test_models.py",
    "tests/commitments/test_ordering_and_moments.py",
    "tests/commitments/test_properties.py",
    "tests/commitments/test_querysets.py",
    "tests/commitments/test_races.py",
    "tests/commitments/test_search.py",
    "tests/commitments/test_spelling.py",
    "tests/commitments/test_summaries.py",
    "tests/commitments/test_triggers.py",
    "tests/foundation/test_date_columns.py",
    "tests/gmg_portal/test_database_limits.py",
    "tests/gmg_portal/test_movements.py",
    "tests/gmg_portal/test_revision.py",
    "tests/gmg_portal/test_roles.py",
    "tests/recommendations/test_api.py",
    "tests/recommendations/test_models.py",
    "tests/test_factories.py",
    "tests/workgroups/test_api.py",
    "tests/workgroups/test_models.py",
)
TESTS = {
    "tests/agencies/test_former_names.py": (
        "test_names_on_a_day_are_those_borne_then",
        "test_register_as_of_a_day_takes_the_same_queries_however_many_former_names",
        "test_comparison_names_the_lead_as_on_each_of_its_days",
        "test_list_of_a_past_day_is_sorted_by_the_names_of_that_day",
    ),
    "tests/commitments/test_api.py": (
        "test_register_answers_the_same_set_as_its_page",
        "test_value_may_repeat",
        "test_reports_are_found",
        "test_status_changes_are_found",
        "test_rows_are_found_by_their_commitment",
        "test_row_is_absent_before_its_day",
        "test_commitment_answers_as_it_stood",
        "test_matrix_counts_constituents_with_their_member_and_each_commitment_once",
        "test_freshness_tells_the_last_word_of_each_lead",
        "test_gaps_tell_what_is_wanting",
        "test_gaps_are_told_as_of_a_day",
        "test_gaps_tell_what_the_cycle_is_owed_and_what_is_disputed",
    ),
    "tests/commitments/test_contributions.py": (
        "test_part_of_a_published_report_is_never_added_changed_or_deleted",
        "test_only_a_partner_has_a_part",
        "test_draft_is_not_deleted_over_the_words_of_a_partner",
        "test_older_version_overwrites_nothing",
        "test_who_wrote_a_part_does_not_publish_the_report",
        "test_parts_are_searched_once_they_are_public",
        "test_joint_commitment_is_counted_once",
        "test_part_moves_the_revision_with_its_report_alone",
    ),
    "tests/commitments/test_filters.py": (
        "test_filter_word_keeps_just_its_rows",
        "test_ordering_is_complete_and_puts_the_unknown_last",
        "test_as_of_answers_as_the_record_stood",
    ),
    "tests/commitments/test_independence.py": (
        "test_person_with_a_hand_in_a_row_is_refused_by_the_database",
        "test_row_of_an_author_is_published_by_nobody_nameless",
        "test_agencies_of_a_row_are_kept_whatever_is_written_over_them",
        "test_membership_that_was_handed_over_leaves_the_row_its_agencies",
        "test_published_row_stays_when_its_reviewer_comes_to_act_for_the_lead",
        "test_assessor_with_a_stake_is_refused_by_the_database",
        "test_assessor_that_became_partner_is_refused_when_the_assessment_is_published",
        "test_amendment_by_an_agency_with_a_stake_is_refused_by_the_database",
        "test_set_changed_by_an_agency_with_a_stake_is_refused_by_the_database",
        "test_set_is_changed_by_the_independent_and_by_the_load",
        "test_set_of_a_draft_is_changed_by_its_own_agency",
        "test_partner_that_amends_its_own_part_is_refused_by_the_database",
        "test_lead_and_partner_that_an_import_took_out_of_a_returned_row_keep_their_stake",
    ),
    "tests/commitments/test_load_commitments.py": (
        "test_the_real_file_is_loaded_whole_and_a_second_time_nothing_is_written",
        "test_the_record_as_of_a_day_tells_the_story_as_it_went",
        "test_reloading_writes_nothing_and_moves_no_revision",
        "test_an_untouched_commitment_is_updated",
        "test_a_set_alone_is_updated_too",
        "test_an_edited_commitment_is_left_alone",
        "test_what_only_the_database_refuses_is_said_by_line_too",
    ),
    "tests/commitments/test_load_reference.py": (
        "test_the_revision_moves_once_for_the_whole_file",
        "test_a_second_run_writes_nothing",
    ),
    "tests/commitments/test_notices.py": (
        "test_act_that_fails_leaves_no_notice",
        "test_same_row_is_told_once_for_each_time_it_is_submitted",
        "test_each_due_day_is_told_once_to_whoever_owes",
        "test_all_else_waits_for_one_digest_a_day",
    ),
    "tests/commitments/test_plausible_dates.py": (
        "test_periods_overlap_where_they_share_a_day",
        "test_database_has_the_last_word",
    ),
    "tests/commitments/test_reference_loaded.py": (
        "test_edited_points_of_a_recommendation_are_left_alone",
        "test_an_untouched_row_is_updated",
        "test_untouched_points_of_a_recommendation_are_updated",
    ),
    "tests/commitments/test_restoring.py": (
        "test_restoration_has_its_day_and_reason",
        "test_past_day_shows_what_held_then",
        "test_both_steps_are_changes",
        "test_second_withdrawal_is_another_change",
        "test_withdrawn_commitment_is_published_again_only_by_a_restoration",
        "test_withdrawals_are_recorded_by_the_commitment_alone",
    ),
    "tests/commitments/test_succession.py": (
        "test_circle_of_successors_is_neither_submitted_nor_published",
        "test_second_of_two_that_would_close_a_circle_is_refused",
        "test_of_two_that_close_a_circle_in_the_same_moment_one_is_published",
        "test_database_refuses_a_circle",
        "test_commitment_that_runs_again_may_take_the_place_of_its_successor",
        "test_what_its_withdrawn_successor_leaves_runs_again",
        "test_next_cycle_asks_for_a_report_on_it",
    ),
    "tests/gmg_portal/test_api.py": (
        "test_page_holds_as_many_rows_as_were_asked_for",
        "test_order_is_asked_alike_everywhere",
        "test_nothing_unpublished_is_found_or_counted",
    ),
    "tests/gmg_portal/test_attempts.py": ("test_tries_at_the_same_moment_share_one_count",),
    "tests/gmg_portal/test_audit.py": (
        "test_each_line_of_a_history_is_an_entry",
        "test_verbs_of_the_workflow_are_told_by_name",
        "test_lines_written_in_bulk_are_entries_too",
        "test_new_password_and_roles_are_entries",
        "test_entry_is_never_changed_or_deleted",
        "test_entry_names_the_request_without_its_query",
        "test_any_path_can_be_told",
        "test_entries_are_narrowed_by_person_kind_what_and_period",
        "test_search_for_a_reference_finds_all_that_hangs_on_it",
        "test_every_row_of_the_register_is_found_by_its_reference",
    ),
    "tests/gmg_portal/test_stored_secrets.py": (
        "test_migration_encrypts_what_is_there_ends_sessions_and_can_be_undone",
    ),
    "tests/gmg_portal/test_submission_once.py": ("test_two_at_once_do_it_once",),
    "tests/gmg_portal/test_submitted_twice.py": ("test_add_form_sent_twice_at_the_same_moment_makes_one_draft",),
    "tests/gmg_portal/test_throttling.py": (
        "test_every_counted_answer_says_what_is_left",
        "test_refusals_do_not_add_up",
        "test_quota_comes_back_evenly",
        "test_table_holds_no_address_and_nobody_longer_than_needed",
        "test_database_that_takes_no_writes_still_answers",
    ),
}


def reads(path: str, file: Path) -> bool:
    """Whether a file has tests that are run there: those above, or of which account runs the portal."""
    return path in FILES or path in TESTS or "pytest.mark.account" in file.read_text()


def holds(path: str, name: str) -> bool:
    """Whether a test of a file is among them."""
    return path in FILES or name in TESTS.get(path, ())
