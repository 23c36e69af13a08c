"""What a dropfolder needs to be told."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class DropfolderSettings(BaseModel):
    """`folder` exists already and is the channel's alone; one subfolder a message is made in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
