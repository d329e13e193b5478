"""How good the proposals are, on a set that somebody else labelled."""

import pytest

from tests.propose.labelled import LABELLED, score


@pytest.mark.skipif(not (LABELLED / "score.py").exists(), reason=f"no labelled set at {LABELLED}")
@pytest.mark.covers("F-03")
def test_the_labelled_set_is_read_right(tmp_path):
    """Proposals keep their score; above all they lose no data and never write where Freshsales does not let them."""
    found = score(tmp_path)

    assert found["disposition_acc"] >= 0.97
    assert found["std_acc1"] >= 0.97
    assert found["custom_type_acc"] >= 0.97
    assert found["false_map_rate"] <= 0.03
    assert found["lost_data_rate"] <= 0.01
    assert found["read_only_writes"] == 0
    assert found["auto_precision"] >= 0.98 and found["auto_coverage"] >= 0.8
    assert found["ece"] <= 0.08
