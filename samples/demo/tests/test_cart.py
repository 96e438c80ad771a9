from shop.cart import Cart


def test_a_new_cart_is_empty():
    assert Cart().is_empty


def test_lines_keep_their_order():
    cart = Cart()
    cart.add("oil")
    cart.add("wick", 3)
    assert [line.article for line in cart.lines] == ["oil", "wick"]
