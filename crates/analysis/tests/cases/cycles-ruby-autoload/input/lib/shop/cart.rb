require_relative '../shop'

module Shop
  class Cart
  end
end
