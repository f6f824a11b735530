/* table.h -- values for a fast sum
 * Generated automatically by table.c
 */

static const int table[] = {1, 2, 3};
