use Test::More;
is(1 + 1, 2);
done_testing();
