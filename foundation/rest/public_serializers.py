"""Serializers that take names, order and descriptions of their fields from the public fields of a table."""

from rest_framework import serializers

from foundation.public_fields import Place, PublicTable


class PublicFieldsSerializer(serializers.ModelSerializer):
    """A serializer of a row of a public table, which is `public_table`.

    A subclass lists the names in `Meta.fields`, and declares fields that the model does not have as they are shown.
    """

    public_table: PublicTable

    def get_fields(self):
        """Return the fields, described as in the public table unless the class declares a text."""
        fields = super().get_fields()
        for public_field in self.public_table.shown_in(Place.API):
            field = fields.get(public_field.name)
            is_declared = public_field.name in self._declared_fields
            if field is not None and not (is_declared and field.help_text):
                field.help_text = public_field.described
        return fields
