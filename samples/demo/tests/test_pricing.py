from shop.cart import Cart
from shop.pricing import total


def test_an_empty_cart_costs_nothing():
    assert total(Cart()) == 0


def test_lines_add_up():
    cart = Cart()
    cart.add("lantern")
    cart.add("wick", 2)
    assert total(cart) == 5600
