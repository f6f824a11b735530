def helper
  1
end
