"""The JSON API, free of any web framework."""

from .cart import Cart
from .pricing import PRICES, total
from .stock import OutOfStock, Stock


def get_health() -> tuple[int, dict]:
    return 200, {"status": "ok"}


def get_article(stock: Stock, article: str) -> tuple[int, dict]:
    if article not in PRICES:
        return 404, {"error": "unknown article"}
    return 200, {"article": article, "cents": PRICES[article], "available": stock.available(article)}


def post_order(stock: Stock, cart: Cart) -> tuple[int, dict]:
    try:
        for line in cart.lines:
            stock.reserve(line.article, line.quantity)
    except OutOfStock as problem:
        return 409, {"error": "out of stock", "article": str(problem)}
    return 201, {"cents": total(cart)}
