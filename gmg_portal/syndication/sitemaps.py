"""Sitemaps and robots.txt: search engines are sent to every public page and to no other."""

from functools import partial

from django.contrib.sitemaps import Sitemap
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment
from foundation.http.public_pages import public_urls
from gmg_portal.models import Edition
from recommendations.models import Recommendation
from workgroups.models import WorkGroup


class PageSitemap(Sitemap):
    """The pages without a row of their own, by the names of their URLs."""

    def items(self):
        return [url.name for url in public_urls() if url.page.in_sitemap and not url.takes_arguments]

    def location(self, item):
        return reverse(item)


class LevelSitemap(Sitemap):
    """The four levels of recommendations."""

    def items(self):
        return list(Recommendation.Level)

    def location(self, item):
        return reverse("recommendations:level", args=[item.value])


class RowSitemap(Sitemap):
    """A page per row, for reference data that is all public."""

    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.all()


class CommitmentSitemap(Sitemap):
    """The commitments of the register; a withdrawn one keeps its page, which asks not to be indexed."""

    def items(self):
        return Commitment.objects.published().annotate(moved_at=F("movement__moved_at")).defer("search")

    def lastmod(self, item):
        return item.moved_at


class EditionSitemap(Sitemap):
    """Every edition; none changes after publication."""

    changefreq = "never"

    def items(self):
        return Edition.objects.all()

    def lastmod(self, item):
        return item.published_at


# By the name of the URL of a page that takes arguments; a test holds that none is missing.
SITEMAPS = {
    "pages": PageSitemap,
    "agenda:detail": partial(RowSitemap, AgendaPoint),
    "agencies:detail": partial(RowSitemap, Agency),
    "workgroups:detail": partial(RowSitemap, WorkGroup),
    "recommendations:detail": partial(RowSitemap, Recommendation),
    "recommendations:level": LevelSitemap,
    "commitments:detail": CommitmentSitemap,
    "edition": EditionSitemap,
}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Serve `robots.txt`: crawlers stay out of the areas for signed-in people, and learn the sitemap's address."""
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        "Disallow: /accounts/",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
