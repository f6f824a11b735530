namespace A
{
    partial class Provider
    {
        private Stream CreateStream(string json)
        {
            return new Stream(json);
        }
    }
}
