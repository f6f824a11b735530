console.log('nightly');
