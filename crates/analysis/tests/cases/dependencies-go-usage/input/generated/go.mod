module example.org/shop/generated

require google.golang.org/grpc v1.60.0
