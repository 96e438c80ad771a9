"""What lies on the shelf."""


class OutOfStock(Exception):
    """There is less on the shelf than was asked for."""


class Stock:
    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = dict(counts)

    def available(self, article: str) -> int:
        return self._counts.get(article, 0)

    def reserve(self, article: str, quantity: int) -> None:
        if self.available(article) < quantity:
            raise OutOfStock(article)
        self._counts[article] -= quantity
