"""History of rows with many-to-many fields."""

from foundation.history import HistoricalRecords


class HistoryWithSets(HistoricalRecords):
    """Record a row's many-to-many sets with each state, reading only the keys of the related rows.

    The library would load the row again for each set, with all its related rows.
    """

    def create_historical_record_m2ms(self, history_instance, instance):
        for field in history_instance._history_m2m_fields:
            links = field.remote_field.through.objects.filter(**{field.m2m_field_name(): instance})
            records = [self.m2m_models[field](history=history_instance, **row) for row in links.values()]
            self.m2m_models[field].objects.bulk_create(records)
