" Adds.
call assert_equal(2, 1 + 1)
