int a() => 1;
