"""Every table, imported once: the metadata that migrations and tests compare with."""

from sqlmodel import SQLModel

import states.dispatch.tables
import states.events
import states.lifecycle.tables
import states.people.tables
import states.periods
import states.policy.tables
import states.projects.tables
import states.seals
import states.tasks.tables  # noqa: F401

metadata = SQLModel.metadata
