import routes from '@generated/routes';
import Layout from '@theme/Layout';
import Footer from '@theme/Footer';
import Features from '@site/src/components/Features';

export default function Home() {
  return [Layout, Footer, Features, routes];
}
