@interface Image
- (void)show;
@end
