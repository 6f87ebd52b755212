// Words that everybody has: licences, footers of messages, clauses of contracts, letters that machines write. Where five words in a row stand in one
// of these they say nothing about what was read. Whatever stands between, before or behind them counts as it did.

const WORDS_IN_ROW = 5;
const MIN_CHARS = 20;
/** Longest text that is looked at; what is longer says enough. */
const MAX_CHARS = 16_384;

const LICENCES = `
permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files the software to deal in the software without restriction including without limitation the rights to use copy modify merge publish distribute sublicense and or sell copies of the software and to permit persons to whom the software is furnished to do so subject to the following conditions
the above copyright notice and this permission notice shall be included in all copies or substantial portions of the software
the software is provided as is without warranty of any kind express or implied including but not limited to the warranties of merchantability fitness for a particular purpose and noninfringement in no event shall the authors or copyright holders be liable for any claim damages or other liability whether in an action of contract tort or otherwise arising from out of or in connection with the software or the use or other dealings in the software
permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice and this permission notice appear in all copies
the software is provided as is and the author disclaims all warranties with regard to this software including all implied warranties of merchantability and fitness in no event shall the author be liable for any special direct indirect or consequential damages or any damages whatsoever resulting from loss of use data or profits whether in an action of contract negligence or other tortious action arising out of or in connection with the use or performance of this software
redistribution and use in source and binary forms with or without modification are permitted provided that the following conditions are met redistributions of source code must retain the above copyright notice this list of conditions and the following disclaimer redistributions in binary form must reproduce the above copyright notice this list of conditions and the following disclaimer in the documentation and or other materials provided with the distribution neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived from this software without specific prior written permission
this software is provided by the copyright holders and contributors as is and any express or implied warranties including but not limited to the implied warranties of merchantability and fitness for a particular purpose are disclaimed in no event shall the copyright holder or contributors be liable for any direct indirect incidental special exemplary or consequential damages including but not limited to procurement of substitute goods or services loss of use data or profits or business interruption however caused and on any theory of liability whether in contract strict liability or tort including negligence or otherwise arising in any way out of the use of this software even if advised of the possibility of such damage
licensed under the apache license version 2 0 the license you may not use this file except in compliance with the license you may obtain a copy of the license at unless required by applicable law or agreed to in writing software distributed under the license is distributed on an as is basis without warranties or conditions of any kind either express or implied see the license for the specific language governing permissions and limitations under the license
licensed to the apache software foundation asf under one or more contributor license agreements see the notice file distributed with this work for additional information regarding copyright ownership
this program is free software you can redistribute it and or modify it under the terms of the gnu general public license as published by the free software foundation either version 2 or version 3 of the license or at your option any later version this program is distributed in the hope that it will be useful but without any warranty without even the implied warranty of merchantability or fitness for a particular purpose see the gnu general public license for more details you should have received a copy of the gnu general public license along with this program if not see
this source code form is subject to the terms of the mozilla public license v 2 0 if a copy of the mpl was not distributed with this file you can obtain one at
this is free and unencumbered software released into the public domain anyone is free to copy modify publish use compile sell or distribute this software either in source code form or as a compiled binary for any purpose commercial or non commercial and by any means
this work is licensed under a creative commons attribution share alike non commercial 4 0 international license to view a copy of this license visit
use of this source code is governed by a bsd style license that can be found in the license file
this source code is licensed under the mit license found in the license file in the root directory of this source tree
we as members contributors and leaders pledge to make participation in our community a harassment free experience for everyone regardless of age body size visible or invisible disability ethnicity sex characteristics gender identity and expression level of experience education socio economic status nationality personal appearance race religion or sexual identity and orientation
copyright c all rights reserved this file is generated automatically do not edit this file by hand`;

const FOOTERS = `
this e mail and any attachments are confidential and intended solely for the addressee if you have received it in error please notify the sender
this email and any files transmitted with it are confidential and intended solely for the use of the individual or entity to whom they are addressed if you have received this email in error please notify the sender immediately and delete this email from your system
this message contains confidential information and is intended only for the individual named if you are not the named addressee you should not disseminate distribute or copy this e mail please notify the sender immediately by e mail if you have received this e mail by mistake and delete this e mail from your system
the information contained in this message may be privileged and confidential and protected from disclosure if the reader of this message is not the intended recipient you are hereby notified that any dissemination distribution or copying of this communication is strictly prohibited
if you are not the intended recipient you are notified that disclosing copying distributing or taking any action in reliance on the contents of this information is strictly prohibited
please consider the environment before printing this e mail
you are receiving this email because you signed up for our newsletter you can unsubscribe at any time by clicking the link at the bottom of this email
this is an automated message please do not reply to this email if you did not request this you can safely ignore this email
click the link below to reset your password this link will expire in 24 hours if you have any questions please contact our support team
please do not hesitate to contact us if you have any further questions we look forward to hearing from you
i am currently out of the office with limited access to email and will reply to your message as soon as possible upon my return in urgent cases please contact
diese e mail enthält vertrauliche und oder rechtlich geschützte informationen wenn sie nicht der richtige adressat sind oder diese e mail irrtümlich erhalten haben informieren sie bitte sofort den absender und vernichten sie diese mail das unerlaubte kopieren sowie die unbefugte weitergabe dieser mail ist nicht gestattet
ce message et toutes les pièces jointes sont confidentiels et établis à l intention exclusive de ses destinataires si vous avez reçu ce message par erreur merci d en avertir immédiatement l expéditeur et de le détruire
este mensaje y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario si usted ha recibido este mensaje por error le rogamos que nos lo comunique inmediatamente y proceda a su destrucción`;

const CLAUSES = `
this agreement shall be governed by and construed in accordance with the laws of without regard to its conflict of laws principles
any dispute arising out of or in connection with this agreement shall be subject to the exclusive jurisdiction of the courts of
this agreement constitutes the entire agreement between the parties with respect to the subject matter hereof and supersedes all prior agreements understandings negotiations and discussions whether oral or written
if any provision of this agreement is held to be invalid or unenforceable the remaining provisions shall continue in full force and effect
neither party shall be liable for any failure or delay in performing its obligations under this agreement where such failure or delay results from events beyond its reasonable control
neither party may assign this agreement without the prior written consent of the other party
this agreement may be executed in any number of counterparts each of which shall be deemed an original and all of which together shall constitute one and the same instrument
no waiver of any provision of this agreement shall be effective unless in writing and signed by the parties
the receiving party shall hold the confidential information in strict confidence and shall not disclose it to any third party without the prior written consent of the disclosing party
in witness whereof the parties hereto have executed this agreement as of the date first above written
this press release contains forward looking statements that involve risks and uncertainties actual results may differ materially from those expressed or implied by such statements
past performance is not indicative of future results and nothing in this document constitutes investment advice`;

const KNOWN = new Set<string>();
for (const line of `${LICENCES}${FOOTERS}${CLAUSES}`.split('\n')) {
  const words = line.split(' ');
  for (let at = 0; at + WORDS_IN_ROW <= words.length; at++) KNOWN.add(words.slice(at, at + WORDS_IN_ROW).join(' '));
}

/** Spaces instead of the words that everybody has; the text itself where there are none. */
export function withoutBoilerplate(text: string): string {
  if (text.length < MIN_CHARS || text.length > MAX_CHARS) return text;
  const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)];
  const plain = words.map(([word]) => word.toLowerCase());
  let rest = '';
  let copied = 0;
  let covered = 0;
  for (let at = 0; at < words.length; at++) {
    if (KNOWN.has(plain.slice(at, at + WORDS_IN_ROW).join(' '))) covered = at + WORDS_IN_ROW;
    if (at >= covered) continue;
    const match = words[at] as RegExpExecArray;
    rest += `${text.slice(copied, match.index)} `;
    copied = match.index + match[0].length;
  }
  return copied === 0 ? text : rest + text.slice(copied);
}
