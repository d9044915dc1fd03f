"""What an installation of only the kit would wire."""

from web.samples import SAMPLE, SAMPLE_LOOKUP

LOOKUPS = (SAMPLE_LOOKUP,)
LISTS = (SAMPLE,)
