"""The history of rows that are joined to sets of other rows."""

from foundation.history import HistoricalRecords


class HistoryWithSets(HistoricalRecords):
    """Keep the sets of a row beside each state of it, without asking for more than their keys.

    The library reads the row anew for each set, and with it every row that it is joined to.
    """

    def create_historical_record_m2ms(self, history_instance, instance):
        for field in history_instance._history_m2m_fields:
            joined = field.remote_field.through.objects.filter(**{field.m2m_field_name(): instance})
            kept = [self.m2m_models[field](history=history_instance, **row) for row in joined.values()]
            self.m2m_models[field].objects.bulk_create(kept)
