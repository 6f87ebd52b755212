// What everybody has is taken out, and nothing else is.
import { describe, expect, it } from 'vitest';
import { withoutBoilerplate } from './boilerplate.ts';

const words = (text: string) => withoutBoilerplate(text).match(/[\p{L}\p{N}]+/gu) ?? [];

describe('boilerplate', () => {
  it.each([
    'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software")',
    '// Licensed under the Apache License, Version 2.0 (the "License");\n// you may not use this file except in compliance with the License.',
    'IF YOU HAVE RECEIVED THIS EMAIL IN ERROR PLEASE NOTIFY THE SENDER',
  ])('leaves nothing of %s', (text) => expect(words(text)).toEqual([]));

  it('leaves what stands in it and around it', () => {
    const text = 'Fee 18200 GBP. Neither party may assign this agreement without the prior written consent of Hollis Freight.';
    expect(words(text)).toEqual(['Fee', '18200', 'GBP', 'Hollis', 'Freight']);
    expect(words('you have received this email kestrel-1291 in error please notify the sender')).toEqual(['kestrel', '1291']);
  });

  it.each(['', 'short', 'the software is provided', 'Maud Ellerby was born in 1961 and lives at 4 Fore Street.', 'x'.repeat(100_000)])(
    'leaves %s as it is',
    (text) => expect(withoutBoilerplate(text)).toBe(text),
  );
});
