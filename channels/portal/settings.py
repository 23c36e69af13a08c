"""What a portal needs to be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class PortalSettings(BaseModel):
    """`folder` exists already and is what the web server serves at `base_url`.

    `site_name`, `site_domain` and `site_id_code` are the three site tags of every page (rules R3.01, R3.04);
    `sponsor` 主办单位 is shown in the footer ("" = the site's name). `practice` puts the practice marks on
    every page that the adapter makes itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    base_url: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s\"'<>?#\\]+$")]
    site_name: Text
    site_domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(:\d+)?$")]
    site_id_code: Annotated[str, StringConstraints(pattern=r"^(\d{10}|bm\d{8})$")]
    sponsor: str = ""
    practice: bool = False

    @property
    def root_url(self) -> str:
        """The public address of the folder, without a "/" at its end."""
        return self.base_url.rstrip("/")

    def site(self) -> dict[str, str]:
        """The site as the page templates know it."""
        return {
            "name": self.site_name,
            "domain": self.site_domain,
            "id_code": self.site_id_code,
            "sponsor": self.sponsor or self.site_name,
            "url": self.root_url,
        }
