using Vendor.Lists;

namespace App {
    public class Reader {
        public int Read(BagOfElsewhere bag, dynamic any) {
            bag.PutItem(1);
            any.PutItem(2);
            var parameters = new Parameters();
            return parameters.Own(1);
        }
    }
}
