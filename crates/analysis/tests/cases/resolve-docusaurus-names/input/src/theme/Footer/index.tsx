import Footer from '@theme-original/Footer';
export default Footer;
