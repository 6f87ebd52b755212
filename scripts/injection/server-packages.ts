// MCP servers whose texts are read as honest definitions (server-text.ts): published under permissive licences, pinned by hash. Nothing of them is kept
// here. Those of `JUDGED` are never trained on: they tell how many honest definitions of servers nobody saw are above the operating point.

export interface PinnedPackage {
  /** name@version on the npm registry. */
  name: string;
  /** SHA-512 of the package file, base64. */
  integrity: string;
}

export const TRAINED: readonly PinnedPackage[] = [
  {
    name: '@a-bonus/google-docs-mcp@1.11.3',
    integrity: 'nAe0q3KdTS/nO2ppWQGUEzuzwSdcD7mKEWoZkA29IEDfZTIG+p7up/pve1RCCZYLPPpIGBRX0ZXrWdOb9glW+Q==',
  },
  {
    name: '@antv/mcp-server-chart@0.9.10',
    integrity: 'km14tIp6xoTw2whXpFvmm9dVlC+8G+W+uORb0xcRan+0zos8GgQl7D2Vxn+D6OEQZmSHd/vNbRP9/4vaXiBfLQ==',
  },
  {
    name: '@apify/actors-mcp-server@0.16.0',
    integrity: 'Ky5vckfWAQW27NZQPAC+2mWUjD8cc6EP8HoZyOblifgZm2KbCwC9LwP7WVwUfxDrisaeeT5+QZ+u4mm7cJ9pNg==',
  },
  {
    name: '@brightdata/mcp@2.11.3',
    integrity: 'c5NLdIZfMT3QgySKD0PcxFVajPJoEciR3cuLdv/0FY6DAmPndzHBtjvQaDu1HgsRJUm+/gX11GgtVJ7LKyYN3Q==',
  },
  {
    name: '@browserstack/mcp-server@1.4.2',
    integrity: 'rBO2AWquQoITn1vsMpwxls8oZpX7+kqPDloUhtpwHubrb2BGUrqvNf1dG6QFJujU+M5OOLQ/j03JVxxcBPZgAQ==',
  },
  {
    name: '@cloudbase/cloudbase-mcp@2.34.6',
    integrity: 'Yf8Tq2jhTf8B7XwwhSQ0YAvxb403yyKkIs+oxCsugRv6R3uJTzZ+f7MVzg2fuIA1AIBNCD2CFN0ftF04SrBxnA==',
  },
  {
    name: '@dynatrace-oss/dynatrace-mcp-server@2.1.2',
    integrity: 'eW1N4ykoVNUcIaIR4nL5oFAeClN9h/oEpb7XS5LUUcyt4xNe2EUU/5OxFYWYxb3904ApzYE1zOaCQcdQ/iltcA==',
  },
  {
    name: '@executeautomation/playwright-mcp-server@1.0.12',
    integrity: '/E9Be+8CP0U6HvzjLNRLiQUQ82IGBiLaUkaW0WeVDXOP1MJSbO4CQ3Swy9YzvGIVUj+xbQn2AM1spOeZttXqkg==',
  },
  {
    name: '@gongrzhe/server-gmail-autoauth-mcp@1.1.11',
    integrity: 'IP9nbCmJZ5h8wrtld0LBpJCV7coyfeOrhsNdPhIbkFzKBmgf06Gy4bnsr3zVOi8Leey0az3s4UPIdcQmIb/iJw==',
  },
  {
    name: '@heroku/mcp-server@1.2.8',
    integrity: '4u74Laup1RRMrvyOdXFMH/rMlZUKOF0c8Ood2wGJremSOnNkTJO+P8EGFV3ZNoW+5xwmjPfW+PBMYiFoTciMcg==',
  },
  {
    name: '@larksuiteoapi/lark-mcp@0.5.1',
    integrity: 'KgSzQIvVFUTHKjmTvAg3sSeyIZJ35CXMZQ3HygwT8/tQzDkuM4RsUSoVK4TVJKVsKCHP3QBOV9sAyBmMCBNc9g==',
  },
  {
    name: '@launchdarkly/mcp-server@0.6.2',
    integrity: '0tO5RPajLcvJS5OX4ZeDUOrAa+llPLVaCoJuEmnHBOow+dtMwPCQ16NcV1p4rAlYyNaHZJ67Qsruf8ZGbnqndQ==',
  },
  {
    name: '@mapbox/mcp-server@0.14.0',
    integrity: 'mG3jk4GyEFkXHX/TY3SOvKgTA0dg1dBqSEJEjt3xmrb/ZI8pwBNaj6YIGHDMFMWmMC3aSHHw++p8JPrv656Uiw==',
  },
  {
    name: '@mondaydotcomorg/monday-api-mcp@3.3.0',
    integrity: 'X1utDF2gxF8n5Dwsz8GcQefg2N4qM4JMXtlnzweIEEBqYCTam9d5BPhINgZ07e8hKeV2hDM2PsHAOFjIqZb0cQ==',
  },
  {
    name: '@neondatabase/mcp-server-neon@0.6.5',
    integrity: 'sTqHMpAKKWL4IzAM2yjd5Q/VKnrHF0MxqidZpKoDhKBKvnOw6jAnb2nqgadY5wBA3kNv7JybCOu2h33A8eW6dw==',
  },
  {
    name: '@netlify/mcp@1.15.1',
    integrity: 'lkhtQLp3WDtUIck7QXyJxQ49d94QueRreEiC3UtnrskGeZYzJxphuYq2Q+zfPTT91Yakwy0TiPHCbc6FuighHQ==',
  },
  {
    name: '@perplexity-ai/mcp-server@1.2.1',
    integrity: 'nhqGnbTAdb+BblDAG59vD0u4T3/QzDA7h6pYbBP1djH7RGjJcTg8uLVAJ7jNkbKF90NkQ/fF9K8u8SkKUQZEyQ==',
  },
  {
    name: '@pinecone-database/mcp@0.3.0',
    integrity: 'hC8nc4VgNi6wbXkergDP3q/8zHnhx67HtuL/lNPtvnlfCmIGNTMEYXX6hkWvvqhHliDTwK+Y8PnIHR3IBRkSVw==',
  },
  {
    name: '@railway/mcp-server@0.1.12',
    integrity: 'zSBxwZ//1rlWJiLXaqEvxHye5ECwWqghsTd96dZImzarHIPgUTIT2uUZxU/xsiDq5V+MqjGOEa71m7FQ7E0yfg==',
  },
  {
    name: '@roychri/mcp-server-asana@1.8.0',
    integrity: 'qiEqfrrIjiLzD95A9zXrSGHcKx6S15i2mT9fHYyFPah8QgqdphERWUcEj98IAIRnYgGPh6deKEVr4msXXLGYgA==',
  },
  {
    name: '@softeria/ms-365-mcp-server@0.155.0',
    integrity: '+7wLe+jDgChAXQSLWph0sjKCEfav8JQUlFGjaiaoDxsNRl1k4JSfEuyuNKmucuap3Q9gyw1BV/MjOfTo9kwYiQ==',
  },
  {
    name: '@upstash/context7-mcp@4.1.1',
    integrity: 'fUARTIZGVKzlzQKDhKUg4aIQ3yEU/12STdfxJDDnLMSN7yyHiPvNHI05iFwxkv3vC8G76Wp27MwK6Jucl/C5pA==',
  },
  {
    name: 'airtable-mcp-server@1.14.0',
    integrity: 'OYUwkrIhXsYRqx39wQ5R7OAM5R0RdDWJRb8CBMLFU8OGPAB1Jmm4oOrLtaH3Qmtd+UG2IAT+nFlFrqfs//2klA==',
  },
  {
    name: 'argocd-mcp@0.9.0',
    integrity: '5xfz8JB2ZNCcl/fvkJJnX1aH7AdmSD68cZDY/xzwRoBtoedfDXnwEKN3TBcItFkr0IDpMNR4sXwcsEE4R14trw==',
  },
  {
    name: 'chrome-devtools-mcp@1.11.0',
    integrity: 'CytJ/5tnzrS+J/74be2P5aCOsS/mmGRHys/Si+IYC4ucrbnWAmES/dYdxGJjeUCECRcoFUilZAysdjlwqUjXIA==',
  },
  {
    name: 'claude-session-continuity-mcp@1.17.2',
    integrity: 'DwuKOacXv5zLysL5Ipn7uSSAc45hQwzXV5dOzKQIaPcvK/uLXpSEV7tYZdGHwPGGTBgQ0r2pFZNtReWdaoVW6g==',
  },
  {
    name: 'dataforseo-mcp-server@3.1.1',
    integrity: 's6gKrgiyN1y1B3BPKkEFQ2ARZusUsoBFM0k+VylvnHWdFC1VOE1qYb26WmiY/jvYWzcvMHM3mya1Mf0/IDqO6Q==',
  },
  {
    name: 'figma-console-mcp@1.40.4',
    integrity: 'jsTVEECljuklatbbl3cqgzKZuiKusBVOdiPWHSpfRYz63S45rJEw7JMYbMcD0Lr92QVoBSo3hfNGtvzA40YNoA==',
  },
  {
    name: 'figma-developer-mcp@0.13.2',
    integrity: '7Flx0S/3gI7dIm+9G6BCogwne0o9LdYaCxtDLappiZZUZgqoNiXws/T1kn2R2tqr1iRzFPStqlwf+bPrcscQ0Q==',
  },
  {
    name: 'firecrawl-mcp@3.26.0',
    integrity: 'aJPkPDSeQAIvA1RthFsLStXf5GHWE6hZa8MC36fk3JXC9etj0kUwBF1CFl3th0DmaFTZ0gZ9+eSvauyEDdPDwA==',
  },
  {
    name: 'hostinger-api-mcp@1.63.2',
    integrity: 'Mz4X75ApWXGPcopwZ9vZF5TFRobqr5scKuRyQESRYf0fPBEMui7WvRGkZNbLtXt424m/hRQiH3NNe8LP/AkB9A==',
  },
  {
    name: 'linear-mcp@1.2.0',
    integrity: 'y5AMNpNYB4lW1iPSoq0XLXV7Q9GblXPgT7fURsIqFfIJwuHuQiK6JIIjg8vo8d6EOUNzw1CN3RD7RFxnq8sqUg==',
  },
  {
    name: 'next-devtools-mcp@0.4.0',
    integrity: 'PTIoi+TihyztSTPkl+YIesL81wU3pRDo6QCg1wgjvLGfBlXv3yamvQyoI8j/I2t7gqDStXoa7jtn/YUdvcBQuw==',
  },
  {
    name: 'nx-mcp@0.25.0',
    integrity: 'pSERsq6Cz1Yz5kddGZgTw8Cr3lyA4+YYEh4VLCYr1dfgBTzY3PtLs2uXr4O0W49ipvnM+v6lfKniyDurrVX4UA==',
  },
  {
    name: 'octocode-mcp@19.1.0',
    integrity: 'PqOjDK7qRxukm03eHeivtAQLrRgJQONQu8gcSGJ/3oP78BYFZVbRqj90ona27LTU4R/QZp+Ge+3kxpf2X2OhPQ==',
  },
  {
    name: 'todoist-mcp@1.3.4',
    integrity: 'S5anBdEUEvfhNGT3jiirwRA6g0nmioIirkk1R4GsgY+/jNYN5Bvu1udt2tQ01DNk9Ms2EuBJvXxWUYk5iEugTQ==',
  },
];

export const JUDGED: readonly PinnedPackage[] = [
  {
    name: '@brave/brave-search-mcp-server@2.1.4',
    integrity: 'a34HBs6os4Ilp0yHPV/j3UrgBQH1uTDLsNA9y5IlO30RCYUFm9QPfC0coh2c7WEDxKcHuWjVsrfuXIJNheu9YA==',
  },
  {
    name: '@cocal/google-calendar-mcp@2.6.3',
    integrity: 'mvtzgfZ68BSp0Ck5PBFsFywRaMmaDelaSTtWQvaUzzoQOA0B/MOLfmCJL11QRXTg2Cmz4rZeZYK2fA6dmdGQSg==',
  },
  {
    name: '@currents/mcp@2.1.1',
    integrity: 'dx2NSfSfr7b4Z1RvMFH88D6ukCDj3/AFRmxaQqdgOBR5UmFoS6L2CuTvCIhSD6jQ99h7dtwprgIrN59RVxqExg==',
  },
  {
    name: '@mobilenext/mobile-mcp@1.0.4',
    integrity: '4DI2PdE1bxSfFeBo7HqY9hlBvrn+pl0DA4Pid/22YmUo33CZkhMUC3/FSyO7JWi4wZexqznkeZHpjSfgoxph0g==',
  },
  {
    name: '@notionhq/notion-mcp-server@2.5.2',
    integrity: '5nPSwHMnugSGAhSJS5vVIlMao+iTJO9HoWGpCnT8lJNrPy3rZMqs1V/CPiN4MuxF+5EBgRE/f/Tirl6Wfi75Mg==',
  },
  {
    name: '@shortcut/mcp@0.25.0',
    integrity: 'cfLWrWOJeJn6SnwctngcRAOEFAZ/iZgKDk4LOdkxyt8E3X3cylxd8PuTsQPTvw5sLWH0maORsbNEEYOFE0jwGA==',
  },
  {
    name: '@supabase/mcp-server-supabase@0.13.0',
    integrity: 'TUzlt0x9eADZgUOz/5wWk95i5GVf1QSnIwYX0jmasNNmoqPxEkAgO/kg8aAQTqmYZx/OPlVlaX3Er5v/le1z2g==',
  },
  {
    name: 'tavily-mcp@0.2.22',
    integrity: 'w2pmmmn/JKcNavylDoiNtNPflWt6SK2G1SVUvg0VvdvFJQUaOzEdanAm1VUWBOhUCqmVoBYVPstGcOoWvh8RQQ==',
  },
];
