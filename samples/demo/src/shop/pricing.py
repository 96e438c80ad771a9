"""What a cart costs, in whole cents."""

from .cart import Cart

PRICES = {
    "lantern": 4900,
    "wick": 350,
    "oil": 1200,
}


def line_price(article: str, quantity: int) -> int:
    return PRICES[article] * quantity


def total(cart: Cart) -> int:
    return sum(line_price(line.article, line.quantity) for line in cart.lines)
