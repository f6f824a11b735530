from shop.cart import total

print(total())
