"""The choices of the filters that the database holds: agencies, work groups, agenda points, recommendations."""

from agencies.models import Agency
from agenda.models import AgendaPoint
from foundation.filters.database_choices import ChainedChoices, Choices, LabelWithName
from recommendations.models import Recommendation
from workgroups.models import WorkGroup


def agencies() -> Choices:
    # Instances, not values: only they show the names of a past day (`agencies.names_of_day`).
    rows = Agency.objects.only("code", "acronym", "name")
    return [(agency.code, LabelWithName(agency.acronym, agency.name)) for agency in rows]


def workgroups() -> Choices:
    return WorkGroup.objects.values_list("slug", "title")


leads = ChainedChoices(agencies, workgroups)


def agenda_points() -> Choices:
    return [(str(point.number), str(point)) for point in AgendaPoint.objects.all()]


def recommendations() -> Choices:
    return [(code, LabelWithName(code, text)) for code, text in Recommendation.objects.values_list("code", "text")]
