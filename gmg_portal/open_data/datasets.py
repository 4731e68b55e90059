"""The data files for search engines: schema.org's DataCatalog with a Dataset per table."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gmg_portal.open_data.catalogue import RECORD_START
from gmg_portal.open_data.descriptions import KEYWORDS, NAME, Description, Licence, Snapshot
from gmg_portal.open_data.table_classes import Table
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS


def data_catalog(snapshot: Snapshot, licence: Licence) -> Description:
    """Describe the catalogue and every table; `license` is left out if the operator stated none."""
    page = snapshot.origin + reverse("data")
    shared = {
        "creator": _organization(snapshot),
        "publisher": _organization(snapshot),
        "license": licence.url or licence.name,
        "keywords": list(KEYWORDS),
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "temporalCoverage": f"{RECORD_START.isoformat()}/..",
        "version": str(snapshot.standing.number),
        "dateModified": snapshot.standing.moved_at and snapshot.standing.moved_at.isoformat(timespec="seconds"),
    }
    catalog = {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": page,
        "url": page,
        "identifier": NAME,
        "name": _("GMG HLD follow-up portal"),
        "description": _(
            "What the Global Migration Group undertook after the 2013 High-level Dialogue on International Migration "
            "and Development, by whom, on which point, and what became of it."
        ),
        **shared,
        "dataset": [_dataset(table, snapshot, shared) for table in TABLES.values()],
    }
    return {name: value for name, value in catalog.items() if value}


def _dataset(table: Table, snapshot: Snapshot, shared: Description) -> Description:
    page = f"{snapshot.origin}{reverse('data')}#{table.name}"
    dataset = {
        "@type": "Dataset",
        "@id": page,
        "url": page,
        "identifier": f"{NAME}/{table.name}",
        "name": _("GMG HLD follow-up portal: %(table)s") % {"table": table.title},
        "description": _("%(table)s of the public record of the Global Migration Group’s follow-up: %(description)s")
        % {"table": table.title, "description": table.description},
        **shared,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": str(column.description)}
            for column in table.columns
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": form.content_type.partition(";")[0],
                "contentUrl": snapshot.file_url(table, form.name),
            }
            for form in FORMATS.values()
        ],
    }
    return {name: value for name, value in dataset.items() if value}


def _organization(snapshot: Snapshot) -> Description:
    contact = {"contactPoint": {"@type": "ContactPoint", "email": settings.CONTACT_EMAIL}}
    return {
        "@type": "Organization",
        "name": _("Global Migration Group"),
        "url": snapshot.origin + reverse("about"),
        **(contact if settings.CONTACT_EMAIL else {}),
    }
