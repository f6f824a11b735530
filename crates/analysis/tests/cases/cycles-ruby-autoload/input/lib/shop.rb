module Shop
  autoload :Cart, 'shop/cart'
end
