import pytest

from shop.stock import OutOfStock, Stock


def test_what_is_reserved_is_gone():
    stock = Stock({"oil": 2})
    stock.reserve("oil", 1)
    assert stock.available("oil") == 1


def test_more_than_there_is_cannot_be_reserved():
    with pytest.raises(OutOfStock):
        Stock({"oil": 2}).reserve("oil", 3)
