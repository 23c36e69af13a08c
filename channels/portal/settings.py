"""What a portal needs to be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class PortalSettings(BaseModel):
    """`folder` exists already and is what the web server serves at `base_url`.

    `site_name`, `site_domain` and `site_id_code` are the three site tags of every page (rules R3.01, R3.04);
    `sponsor` 主办单位 is shown in the footer ("" = the site's name). `practice` puts the practice marks on
    every page that the adapter makes itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(title="目录", description="网站服务器提供的文件夹，已经建好")
    base_url: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s\"'<>?#\\]+$")
    ] = Field(title="公开网址", description="公众看到的目录地址，如 https://slj.example.gov.cn")
    site_name: Text = Field(title="网站名称")
    site_domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(:\d+)?$")] = Field(
        title="网站域名", description="只写主机名"
    )
    site_id_code: Annotated[str, StringConstraints(pattern=r"^(\d{10}|bm\d{8})$")] = Field(
        title="网站标识码", description="政府网站标识码，10 位数字或部门码"
    )
    sponsor: str = Field(default="", title="主办单位", description="页脚里的主办单位；空着就是网站名称")
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
