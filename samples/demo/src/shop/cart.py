"""A cart: articles and how many of each."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    article: str
    quantity: int


@dataclass
class Cart:
    lines: list[Line] = field(default_factory=list)

    def add(self, article: str, quantity: int = 1) -> None:
        if quantity < 1:
            raise ValueError("quantity must be 1 or more")
        self.lines.append(Line(article, quantity))

    @property
    def is_empty(self) -> bool:
        return not self.lines
