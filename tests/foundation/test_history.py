"""History of rows."""

from agencies.models import Agency


def test_histories_of_all_rows_have_one_manager_class():
    first, second = Agency(pk=1), Agency(pk=2)

    assert type(first.history) is type(second.history)
    assert type(first.history.all()).__name__ == "HistoricalQuerySet"


def test_history_of_a_row_holds_its_states_alone(ilo, iom):
    ilo.name = "International Labour Office"
    ilo.save()

    assert list(ilo.history.values_list("name", flat=True)) == [
        "International Labour Office",
        "International Labour Organization",
    ]
    assert iom.history.count() == 1
