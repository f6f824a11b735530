module Deep; class Late; end; end
