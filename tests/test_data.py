"""The bundled data are what the packages that ship them contain."""

import csv
from pathlib import Path

import numpy as np
import pytest

from optlab import data

SPLIT_BEGINS = [6, 6, 6, 2, 5, 6, 6, 2, 2, 1]


def test_temperatures_are_those_of_vega_datasets():
    vega = pytest.importorskip("vega_datasets")
    source = Path(vega.__file__).parent / "_data" / "seattle-weather.csv"
    with source.open() as file:
        rows = list(csv.DictReader(file))
    np.testing.assert_array_equal(
        data.seattle_temperatures("C"), [float(row["temp_max"]) for row in rows]
    )
    dates = [row["date"].replace("/", "-") for row in rows]
    assert data.seattle_dates().astype(str).tolist() == dates


def test_temperatures_cover_every_day_of_four_years():
    dates = data.seattle_dates()
    assert dates.shape == (1461,)
    assert (np.diff(dates) == np.timedelta64(1, "D")).all()
    assert str(dates[0]) == "2012-01-01" and str(dates[-1]) == "2015-12-31"


def test_fahrenheit_is_the_default_and_units_are_checked():
    assert data.seattle_temperatures()[0] == pytest.approx(12.8 * 1.8 + 32)
    with pytest.raises(ValueError, match="'K'"):
        data.seattle_temperatures("K")


def test_the_lectures_days_convert_as_they_should():
    celsius = {day: round((f - 32) / 1.8, 1) for day, f in data.LONDON.items()}
    assert celsius == {1: 4.4, 2: 9.4, 3: 7.2, 180: 15.6, 181: 13.3}


@pytest.mark.slow
def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    source = datasets.load_digits()
    digits = data.digits()
    np.testing.assert_array_equal(digits.X.T * 16, source.data)
    np.testing.assert_array_equal(digits.labels, source.target)


def test_digits_are_columns():
    digits = data.digits()
    assert digits.X.shape == (64, 1797) and digits.Y.shape == (10, 1797)
    assert digits.X.min() == 0 and digits.X.max() == 1
    np.testing.assert_array_equal(digits.Y.sum(axis=0), 1)
    np.testing.assert_array_equal(digits.Y.argmax(axis=0), digits.labels)


def test_the_split_is_fixed_and_loses_nothing():
    train, test = data.digits_split()
    assert train.X.shape == (64, 1437) and test.X.shape == (64, 360)
    together = np.hstack([train.X, test.X])
    every = data.digits().X
    assert sorted(map(bytes, together.T.copy())) == sorted(map(bytes, every.T.copy()))
    assert train.labels[:10].tolist() == SPLIT_BEGINS
    assert np.bincount(test.labels).min() >= 25


def test_callers_get_their_own_copies():
    data.seattle_temperatures("C")[:] = 0
    data.digits().X[:] = 0
    assert data.seattle_temperatures("C").any() and data.digits().X.any()


def test_the_files_stay_small():
    assert sum(path.stat().st_size for path in data.FOLDER.iterdir()) < 80_000
