def user
  1
end
