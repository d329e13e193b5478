"""The stages of an engagement, in order; each module here reads a folder and writes a folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One notebook of the engagement.

    Attributes:
        name: Word used in commands, modules and tests.
        number: Orders the notebooks and the run folders.
        needs: The stage that must stand approved before this one runs; null where none must.
        title: What the customer reads.
        writes_records: It leaves records in the tenant, which a rollback takes away again.
    """

    name: str
    number: int
    needs: str | None
    title: str
    writes_records: bool = False

    @property
    def slug(self) -> str:
        """Name of the notebook and of the folder its runs live in, such as `30_sample`."""
        return f"{self.number}_{self.name}"


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(name="discovery", number=10, needs=None, title="What the source holds"),
        Stage(name="mapping", number=20, needs="discovery", title="Where every field goes"),
        Stage(
            name="sample", number=30, needs="mapping", title="A sample, compared field by field", writes_records=True
        ),
        Stage(name="load", number=40, needs="sample", title="The production load", writes_records=True),
        Stage(name="cutover", number=50, needs="load", title="The switch to Freshsales", writes_records=True),
        Stage(name="handoff", number=60, needs="cutover", title="What the customer receives"),
        # A rollback is the way back from a load that failed, so it waits for nobody's approval.
        Stage(name="rollback", number=90, needs=None, title="The way back"),
    )
}
