window.run = (level) => level + 1;
