using System.Collections.Generic;

namespace App {
    public class Parameters : IBag<int> {
        void IBag<int>.PutItem(int item) {
            throw new System.NotSupportedException();
        }

        public int Own(int at) {
            return at;
        }
    }
}
