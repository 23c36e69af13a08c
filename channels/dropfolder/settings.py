"""What a dropfolder needs to be told."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class DropfolderSettings(BaseModel):
    """`folder` exists already and is the channel's alone; one subfolder a message is made in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(title="目录", description="已经建好，只给这个渠道用")
