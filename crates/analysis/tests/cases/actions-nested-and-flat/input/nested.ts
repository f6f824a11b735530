export function outer(list: number[]) {
  return function (a: number) {
      let total = 0;
      if (a > 0) { for (const b of list) { if (b === 0) { if (a) { total += b; } } } }
      if (a > 1) { for (const b of list) { if (b === 1) { if (a) { total += b; } } } }
      if (a > 2) { for (const b of list) { if (b === 2) { if (a) { total += b; } } } }
      if (a > 3) { for (const b of list) { if (b === 3) { if (a) { total += b; } } } }
      if (a > 4) { for (const b of list) { if (b === 4) { if (a) { total += b; } } } }
      if (a > 5) { for (const b of list) { if (b === 5) { if (a) { total += b; } } } }
      return total;
  };
}
