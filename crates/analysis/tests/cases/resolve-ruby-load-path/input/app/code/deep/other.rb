class Other; end
