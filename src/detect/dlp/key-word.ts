// The words behind key-class.ts, by language, from general knowledge. Lower case, no accents.
// A word stands here only if it says the same thing in every language that has it.

import { KEY } from './key-bit.ts';

/** Letters that no accent makes. */
export const PLAIN: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i' };

const words = new Map<string, number>();
const phrases = new Map<string, number>();

function say(bit: number, list: string): void {
  for (const entry of list.split(/[,\n]/)) {
    const text = entry
      .trim()
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .replace(/[øłđı]/g, (letter) => PLAIN[letter] as string);
    if (text === '') continue;
    const target = text.includes(' ') ? phrases : words;
    target.set(text, (target.get(text) ?? 0) | bit);
  }
}

say(
  KEY.PERSON,
  `pagador, pagadora, sacado, ordenante, payeur, assure, assuree, asegurado, asegurada, assicurato, assicurata, segurado, segurada, verzekerde, ubezpieczony, ubezpieczona, locataire, inquilino, inquilina, huurder, najemca, versicherte, versicherter, versicherungsnehmer, versicherungsnehmerin, antragsteller, antragstellerin, bewerber, bewerberin, decision maker, decision makers, account exec, account executive, account manager, stakeholders, approver, approvers, panelist, panelists, spieler, spielerin, jugador, joueur, giocatore, schuler, schulerin, alumno, alumna, eleve, leerling, elev, імя, по батькові, zahlungspflichtiger, zahlungspflichtige, schuldner, schuldnerin, auftraggeber, auftraggeberin, visitor, visitor name, respondent, interviewee, borrower, lessee, lessor, guarantor, fullname, full name, firstname, first name, lastname, last name, surname, forename, given name, givenname, family name, familyname, middle name, middlename,
  maiden name, maidenname, displayname, display name, legal name, preferred name, real name, realname, person name, contact name, cardholder, card holder, name on card,
  account holder, accountholder, nickname, fname, lname, given, family, fn, accountname holder, holder name, holder, beneficiary, next of kin, emergency contact, passenger, attendee, invitee,
  patient, guest name, traveller, traveler, applicant, claimant, tenant name, policyholder, policy holder, signatory, signer, signed by, spouse, insured, payee, payer, remitter,
  ship to name, bill to name, sold to name, deliver to name, shipto name, billto name, consignee, consignee name, rechnungsempfanger, lieferempfanger, warenempfanger, zahlungsempfanger,
  vorname, nachname, familienname, zuname, rufname, geburtsname, kontoinhaber, karteninhaber, ansprechpartner, ansprechpartnerin, vor und nachname, unterzeichner, mieter,
  prenom, nom de famille, nom complet, nom prenom, titulaire, beneficiaire, destinataire, signataire, nom du client, nom client,
  apellido, apellidos, nombre completo, nombre y apellidos, titular, beneficiario, destinatario, nombre del cliente, primer apellido, segundo apellido,
  cognome, nome e cognome, nominativo, intestatario, nome completo, sobrenome, apelido, nome do cliente, nome da mae, nome do titular,
  voornaam, achternaam, tussenvoegsel, volledige naam, rekeninghouder, contactpersoon, naam klant,
  imie, nazwisko, imie i nazwisko, fornamn, efternamn, fornavn, efternavn, etternavn, etunimi, sukunimi, kontaktperson, yhteyshenkilo,
  jmeno, prijmeni, jmeno a prijmeni, meno a priezvisko, priezvisko, vezeteknev, keresztnev, teljes nev, prenume, nume complet, ime i prezime, prezime, ime in priimek, priimek,
  soyad, soyadi, ad soyad, adi soyadi, isim, ho ten, ho va ten, nama lengkap, nama depan, nama belakang, vardas, pavarde, eesnimi, perekonnanimi, vards, uzvards,
  имя, фамилия, отчество, фио, прізвище, имя и фамилия, ім я, име, презиме, фамилно име, όνομα, επώνυμο, ονοματεπώνυμο,
  氏名, 姓名, 名前, お名前, 担当, 責任者, 担当者, 担当者名, お客様名, ご氏名, お届け先名, 名字, 联系人, 聯絡人, 客户姓名, 收件人, 收货人, 寄件人, 持卡人, 户名, 申请人, 投保人, 受取人, 宛名, 顧客名, フリガナ, 이름, 성명, 성함, 담당자, 고객명, 수취인, 예금주,
  الاسم, الاسم الكامل, اسم العميل, اسم الزبون, اسم المريض, اسم المستلم, المستلم, שם, שם מלא, नाम, पूरा नाम, ชื่อ, ชื่อ นามสกุล, นามสกุล`,
);
say(
  KEY.PERSON_MAYBE,
  `name, from, to, cc, bcc, account name, owner, author, sender, recipient, reporter, assignee, creator, user, username display, by, created by, updated by, modified by, assigned to, approved by, requested by,
  reviewed by, reviewer, submitted by, reported by, prepared by, lead, manager, supervisor, agent name, host, doctor, physician, nurse, therapist, teacher, instructor, attorney, lawyer, witness, driver, rep,
  organizer, organiser, participant, participants, attendees, members, contact, contacts, customer, client, subscriber, employee, candidate, student, resident, donor, buyer, seller, requester, requestor, caller, guest, who, person, cn, sn, nm, pt, present, apologies, anwesend, entschuldigt, presents, excuses, asistentes, presenti, aanwezig, obecni,
  nom, nombre, nome, naam, nimi, nev, nume, navn, namn, ime, isim adi, ten, nama, meno, kunde, kunden, client nom, cliente, klant, klient, asiakas, kunde name, auteur, autor, autore, verfasser, absender, empfanger, expediteur, remitente, mittente,
  автор, клиент, заказчик, отправитель, получатель, 顧客, 客户, 作者, 고객, 작성자, 送信者, 宛先, patient name`,
);
say(
  KEY.PERSON_ABOUT,
  `dbtr, cdtr, ultmt dbtr, ultmt cdtr, ultmtdbtr, ultmtcdtr, shipto, billto, soldto, ship to, bill to, sold to, visitor, customer, client, contact, contacts, person, people, patient, employee, user, member, members, guest, billing, shipping, creditor, debtor, recipient, sender, owner, author, assignee, attendee, attendees, applicant, candidate, student, staff, tenant, buyer,
  passenger, passengers, subscriber, profile, individual, holder, cardholder, resident, donor, participant, participants, manager, doctor, physician, lead, leads, supervisor, reporter, emergency, kin, spouse, child, parent, beneficiary, requester, payer, payee, assigned, traveler, insured, agent, driver, teacher, tutor, referee, guardian, caller, signatory,
  kunde, kunden, mitarbeiter, patienten, mieter, versicherter, cliente, clientes, empleado, paciente, cliente dati, dipendente, paziente, funcionario, werknemer, klant, pracownik, klient, anstalld, medarbejder, asiakas, salarie, employe, 顧客, 客户, 患者, 従業員, 고객, 직원, 환자, клиент, сотрудник, пациент`,
);
say(
  KEY.THING_ABOUT,
  `company, organization, organisation, org, product, products, repo, repository, repositories, project, package, packages, file, filename, host name, hostname, table, tables, column, branch, brand, vendor, item, items, event, tool, tools, plugin, job, workflow, queue, topic, bucket, cluster, namespace, pod, container, image, service, services, server, device, app, application,
  domain, role, group, team, channel, playlist, track, song, album, book, books, movie, title, category, plan, feature, environment, env, region, zone, bank, school, hospital, department, store, shop, place, station, city, dataset, database, db, model, variable, function, class, field, module, library, dependency, dependencies, script, step, stage, template, theme, font, color, icon, tag, label, metric, step, firma, unternehmen, produkt, projekt, entreprise, societe, produit, empresa, producto, azienda, prodotto, bedrijf, 会社, 会社名, 公司, 商品, 회사, компания, method, license, licence, course, dish, ingredient, recipe, species, game, venue, hotel, restaurant, street, file name, host, schema, version, command, action, type, status, index, node, rule, policy, view, sheet, folder, directory, document, attribute, property, parameter, param, milestone, release, sprint, board`,
);
say(
  KEY.EMAIL,
  `email, mail, e mail, emailaddress, mailto, correo, correo electronico, courriel, adresse mail, email adresse, posta, posta elettronica, sahkoposti, epost, e post, eposta, メール, メールアドレス, 邮箱, 电子邮件, 이메일, почта, электронная почта, email address, e mail adresse, reply to`,
);
say(
  KEY.PHONE,
  `tfn, phone, phonenumber, telephone, tel, mobile, cell, cellphone, cellular, fax, msisdn, whatsapp, landline, callback, dialled number, phone number, contact number, call back, mobile number, sms number, caller id, mob, hotline, direct line, extension number,
  telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, mobiltelefon, rufnummer, festnetz, mobilfunk, durchwahl,
  telefono, movil, celular, cellulare, telemovel, telefone, portable, numero de telephone, numero de telefono, tel portable, telefoonnummer, telefoon, mobiel, gsm, telefon komorkowy, komorka, puhelin, puhelinnumero, matkapuhelin, telefonnr, tlf, mobilni, telefonszam, cep telefonu, cep, dien thoai, so dien thoai, telepon, nomor telepon, no hp,
  телефон, мобильный, номер телефона, τηλέφωνο, κινητό, 電話, 電話番号, 携帯, 携帯電話, 連絡先, 电话, 電話號碼, 手机, 手机号, 手机号码, 联系电话, 전화, 전화번호, 휴대폰, 휴대전화, 연락처, هاتف, الهاتف, رقم الهاتف, טלפון, נייד, फोन, मोबाइल, โทรศัพท์, เบอร์โทร`,
);
say(
  KEY.ADDRESS,
  `strt nm, strtnm, adr line, adrline, address, street, streetaddress, street address, address line, addressline, addr, home address, mailing address, postal address, billing address, shipping address, delivery address, residence, ship to, bill to, lives at, residential address, domicile, address1, address2, line1, line 1,
  adresse, anschrift, wohnanschrift, strasse, straße, lieferadresse, rechnungsadresse, hausanschrift, wohnort adresse, rue, adresse postale, domicilio, direccion, calle, indirizzo, residenza, endereco, logradouro, morada, rua, adres, straat, woonadres, ulica, adres zamieszkania, adress, gatuadress, gateadresse, osoite, katuosoite, adresa, ulice, lakcim, cim, adresi, dia chi, alamat, aadress, adrese, adresas,
  адрес, улица, адреса, διεύθυνση, οδός, 住所, 所在地, 届け先, 配送先, 地址, 住址, 收货地址, 주소, 배송지, 도로명주소, العنوان, ענוان, כתובת, पता, ที่อยู่`,
);
say(
  KEY.PLACE,
  'city, town, zip, zipcode, postcode, post code, postal code, state, country, county, province, ort, plz, stadt, ville, code postal, ciudad, citta, cidade, cep code, woonplaats, miasto, stad, locality',
);
say(
  KEY.SSN,
  'ssn, social is, my social, his social, her social, your social, social security, socialsecurity, social security number, socialsecuritynumber, social sec, ssnum, tin, us tin, taxpayer id, taxpayer identification, itin, soc sec, taxpayer',
);
say(
  KEY.NATIONAL_ID,
  `cnic, fnr, dnr, fodselsnr, ghana card, bvn, kra pin, emirates id, iqama, civil id, voter id, philsys, umid, ird number, nhi number, medicare number, utr, clave de elector, titulo de eleitor, pis pasep, matricule national, ahvn13, eid number, nationalid, national id, south african id, sa id, rsa id, my number, เลขประจำตัวประชาชน, บัตรประชาชน, เลขบัตรประชาชน, national identity, identity number, id card, idcard, personal number, personalnumber, personal id, personal code, citizen id, passport, passport no, passport number, passnummer, passnr, pass nr, pasnummer, reisepassnummer, paspoortnummer, numero de passeport, numero de pasaporte, reisepass, pasaporte, passeport, passaporto, passaporte, paspoort, nino, national insurance, ni number, nhs, nhs number, sin, social insurance, tfn, tax file number, medicare, aadhaar, aadhar, pan card, pan number, uidai,
  drivers license, driver license, driving licence, driving license, driver licence, drivers licence, dl number, dl no, driverslicense, fuhrerschein, fuhrerscheinnummer, fuhrerscheinnr, permis de conduire, numero de permis, carnet de conducir, permiso de conducir, patente di guida, rijbewijs, rijbewijsnummer, prawo jazdy, korkort, korekort, carteira de motorista, licence number driver, dni, nif, nie, cpf, rg, cnh, curp, rfc, rut, cuit, cuil, cedula, cedula de identidad, codice fiscale, codicefiscale, partita, steuer id, steuerid, steuernummer, steueridentifikationsnummer, steuer identifikationsnummer, sozialversicherung, idnr, sozialversicherungsnummer, rentenversicherungsnummer, sv nummer, svnr, svnummer, personalausweis, ausweisnummer, personalausweisnummer, ahv, ahv nummer, avs, numero avs,
  nir, insee, securite sociale, numero de securite sociale, niss, rijksregisternummer, registre national, bsn, burgerservicenummer, pesel, nip, dowod, personnummer, personnr, fodselsnummer, cpr, cpr nummer, cpr nr, henkilotunnus, hetu, kennitala, isikukood, personas kods, asmens kodas, rodne cislo, cnp, egn, oib, jmbg, emso, taj, adoazonosito, amka, afm, tckn, tc kimlik, tc kimlik no, kimlik no, kimlik, pps, ppsn, pps number, nric, fin, hkid, mykad, ic number, nik, ktp, cccd, cmnd, resident id,
  инн, снилс, паспорт, иин, єгн, ипн, рнокпп, егн, マイナンバー, 個人番号, 旅券番号, パスポート番号, 身份证, 身份证号, 身份证号码, 身分證字號, 护照号, 주민등록번호, 주민번호, 여권번호, الهوية, رقم الهوية, תעודת זהות, आधार, บัตรประชาชน, teudat zehut, id nummer, identity card, identity document, sa id, curp rfc`,
);
say(
  KEY.NATIONAL_ID_MAYBE,
  `tax reference, tax ref, document number, documentnumber, doc number, id number, idnumber, identification number, identification, tax id, taxid, tax number, vat person, fiscal code, government id, gov id, govt id, numero de documento, documento, nro documento, numero documento, identificacion, id document, identifier number, document no, document id, id no, personal identifier, citizen number, registration number personal, insurance number, social number, tax code, identity, nationality id, id value, idvalue, national number, health number, health card, id code, national code, national tax, cf`,
);
say(
  KEY.BIRTH,
  `fecha nac, fec nac, fec nacimiento, f nac, f nacimiento, data nasc, dt nasc, dt nascimento, urodzony, urodzona, ur, nacido, nacida, nascido, nascida, fodd, narozen, narozena, szuletett, rojen, rojena, date naiss, data ur, fodt, ne e le, dob, bday, geb, geb datum, gebdat, geb dat, born date, birth, birthdate, birthday, birthdate, dateofbirth, date of birth, birth date, born, born on, geburtsdatum, geboren, geboren am, geburtstag, date de naissance, naissance, ne le, nee le, nacimiento, fecha de nacimiento, fecha nacimiento, data di nascita, nascita, nato il, nata il, nascimento, data de nascimento, geboortedatum, urodzenia, data urodzenia, fodelsedatum, fodselsdato, fodselsdag, syntymaaika, datum narozeni, narozeni, szuletesi datum, data nasterii, dogum tarihi, ngay sinh, tanggal lahir, datum rodenja, дата рождения, дата на раждане, родился, ημερομηνία γέννησης, 生年月日, 誕生日, 出生日期, 생년월일, تاريخ الميلاد, תאריך לידה, जन्म तिथि, วันเกิด, syntymaaika`,
);
say(
  KEY.CARD,
  `card number, cardnumber, creditcard, credit card, debit card, debitcard, card no, cardno, ccnumber, cc number, ccnum, cc no, pan, card pan, primary account number, payment card, kreditkarte, kreditkartennummer, kartennummer, carte bancaire, numero de carte, carte de credit, tarjeta, numero de tarjeta, tarjeta de credito, carta di credito, numero carta, cartao, numero do cartao, cartao de credito, creditcardnummer, numer karty, kortnummer, luottokortti, kart numarasi, номер карты, カード番号, クレジットカード, 信用卡, 卡号, 카드번호, 신용카드, card, visa, mastercard, amex`,
);
say(KEY.IBAN, 'iban, ibans, bankverbindung, iban number');
say(
  KEY.ACCOUNT,
  `acctid, account number, accountnumber, a c no, a c number, acct, acct no, account no, acctno, acct number, bank account, bankaccount, bank account number, checking account, savings account, kontonummer, konto, konto nr, kontonr, numero de compte, compte bancaire, numero de cuenta, cuenta, cuenta bancaria, clabe, cbu, numero di conto, conto corrente, numero da conta, conta, conta corrente, rekeningnummer, numer konta, rachunek, tilinumero, hesap no, номер счета, расчетный счет, 口座番号, 银行账号, 银行卡号, 계좌번호, beneficiary account, bban, nuban, account num, direct deposit`,
);
say(
  KEY.ROUTING,
  `bankid, routing, routing number, routingnumber, routing no, aba, aba number, rtn, aba routing, transit number, sort code, sortcode, bsb, blz, bankleitzahl, ifsc, bank code, clearing number, ach routing, wire routing, 金融機関コード`,
);
say(
  KEY.PASSWORD,
  `recovery code, recovery codes, recoverycodes, backup code, backup codes, backupcodes, scratch code, scratch codes, scratchcodes, recovery key, emergency code, emergency codes,
  password, passwd, pwd, pass, passphrase, passcode, pw, userpassword, passwort, kennwort, mot de passe, motdepasse, mdp, contrasena, clave, parola, parola d accesso, senha, palavra passe, wachtwoord, haslo, losenord, adgangskode, passord, salasana, heslo, jelszo, sifre, mat khau, kata sandi, пароль, кодовое слово, κωδικός, パスワード, 暗証番号, 密码, 口令, 비밀번호, 암호, كلمة المرور, סיסמה, पासवर्ड, รหัสผ่าน, masterpassword, zugangscode, freischaltcode, einmalpasswort, contrasenya, clave de usuario, cle wifi, code secret, lykilorð, salasõna, ססמה, requirepass, masterauth, sshpass, pgpassword, userpass, adminpass, dbpass, dbpassword, rootpassword, ftppass, smtppass, parool, slaptazodis, parole, geslo, lozinka, zaporka, pin code, pincode, unlock code, wpa psk, psk, wifi key`,
);
say(
  KEY.TOKEN,
  `token, tokens, apikey, api key, apitoken, api token, accesstoken, access token, refresh token, refreshtoken, auth token, authtoken, bearer, secret, secrets, client secret, clientsecret, secretkey, secret key, private key, privatekey, access key, accesskey, accesskeyid, secretaccesskey, secret access key, access key id, signing key, signingkey, signing secret, encryption key, encryptionkey, master key, masterkey, session key, authkey, auth key, service key, servicekey, admin key, app key, appkey, app secret, appsecret, app token, webhook secret, consumer secret, consumer key, shared secret, preshared key, presharedkey, pre shared key, phpsessid, jsessionid, sessionid, shared key, account key, accountkey, storage key, license key, licensekey, subscription key, deploy key, api secret, apisecret, authorization, x api key, credential, credentials, creds, auth, pat, personal access token, jwt, session secret, cookie secret, session token, sessiontoken, bot token, integration key, integration token, salt secret, hmac key, hmac, webhook url, webhookurl, sas token, instrumentation key, ingest key, write key, server key, api schlussel, schlussel, zugangsschlussel, geheimschlussel, sicherheitsschlussel, zugriffsschlussel, lizenzschlussel, zugangstoken, geheimnis, cle d acces, cle dacces, clave de acceso, chave de acesso, chiave di accesso, klucz dostepu, klucz, toegangssleutel, nyckel, atkomstnyckel, api nyckel, nogle, adgangsnogle, api nogle, api nokkel, anahtar, api anahtari, erisim anahtari, api kulcs, kulcs, klic, api klic, ключ доступа, アクセスキー, apiキー, 秘密キー, 访问密钥, 액세스 키, 인증키, api 키, cle api, cle secrete, jeton, clave api, clave secreta, chiave api, chiave segreta, chave api, chave secreta, chave de api, klucz api, api sleutel, sleutel, токен, ключ, секрет, 秘密鍵, トークン, アクセストークン, シークレット, 密钥, 令牌, 비밀키, 토큰, api キー, chave da api, clave de la api, clave del api, cle de l api, chiave dell api, chave do api, otp secret, totp secret, seed phrase, mnemonic, recovery key, recovery code, private token, job token, deploy token, registry token, id token, apipassword, csrf secret, kms key`,
);
say(
  KEY.CONNECTION,
  'connection string, connectionstring, conn str, connstr, conn string, dsn, database url, databaseurl, db url, dburl, jdbc url, mongo uri, mongodb uri, redis url, amqp url, broker url, sqlalchemy url, db uri, database uri, connection uri, connection url, datasource url, postgres url, jdbcurl',
);
say(
  KEY.TECHNICAL,
  `routing table, routing tables, routing rule, routing rules, routing slip, route table, routing key, routing keys, routing id,
  awb, mawb, hawb, waybill, air waybill, container, mrn, consignment, imo, id, ids, uuid, guid, sha, sha1, sha256, md5, hash, digest, checksum, etag, commit, commits, tree, oid, revision, rev, cursor, version, versions, build, isbn, ean, gtin, upc, sku, asin, issn, doi, order, orders, ordernumber, tracking, trackingnumber, shipment, parcel, invoice, ticket, tickets, case, transaction, txn, trace, span, request, correlation, session, batch, serial, imei, mac, ip, ipv4, ipv6, port, ports, pid, size, bytes, length, count, total, amount, price, cents, quantity, qty, timestamp, time, ts, epoch, created, updated, date, duration, ms, offset, limit, page, width, height, lat, lng, lon, latitude, longitude, coordinates, coordinate, bbox, geometry, fingerprint, integrity, shasum, signature, nonce, seed, color, score, rate, ratio, percent, balance, number of, views, likes, followers, revenue, population, sequence, seq, line, column, row, bin, barcode, lot, model number, part number, reference, ref, node, flight, run, job id, chassis, vin, plate, msgid, message id, in reply to, references, place id, bestellnummer, auftragsnummer, rechnungsnummer, sendungsnummer, commande, pedido, factura, fattura, ordine, 注文番号, 订单号, 주문번호, 伝票番号, заказ`,
);
say(KEY.NUMBER, 'account, number, no, nr, num, numero, nummer, numer, id, code, номер, 番号, 号, 号码, 번호');
say(
  KEY.NOT_SECRET,
  `override special, accessor, public, publishable, regex, regexp, pattern, validator, schema, label, placeholder, error, message, dialog, strength, requirements, policy, expires, expiry, expiration, expire, length, hint, rotated, rotation, reset, min, max, count, limit, usage, used, type, hash algorithm, algorithm, strength, enabled, required, valid, validity, ttl, endpoint, name, prefix, url template, header, scheme, field, created, updated, last, cost, budget, prompt, completion, input, output, next, page, continuation, cursor, pagination, sync, lifetime, grant, issuer, location, file, path, filename, dir, arn, ref, manager, hasher, encoder, strategy, provider, status, changed, age, kind, symbol, address token, index, per, tokenizer, cached, reasoning, remaining, estimated, cancellation, cancel, csrf, xsrf, source, store, ring, board, note, word, words, chain, size, format, method, mode, attempts, failed, fingerprint, checksum, version, sha256`,
);

say(
  KEY.OF_PEOPLE,
  `nationalitat, nationalite, nacionalidad, nazionalita, nacionalidade, nationaliteit, narodowosc, nationalitet, uyruk, dept, job title, jobtitle, occupation, ext, extension, salary, hired, hire date, hiredate, hired on, shift, marital status, blood type, pronouns, salutation, nationality, employee id, employeeid, staff id, badge no, seniority,
  abteilung, beruf, eintrittsdatum, gehalt, staatsangehorigkeit, poste, metier, salaire, puesto, cargo, sueldo, mansione, stipendio, functie, stanowisko, 部署, 役職, 职位, 직책, должность`,
);

say(
  KEY.OF_GOODS,
  `isbn, pages, publisher, genre, release date, runtime, vote average, sku, upc, ean, gtin, asin, mpn, price, unit price, list price, msrp, brand, manufacturer, maker, barcode, in stock, stock, stock level, article no, article number, item no, artikelnummer, artikelnr, preis, hersteller, marke, prix, marque, fabricant, precio, marca, fabricante, prezzo, produttore, preco, prijs, merk, cena, pris, 価格, 价格, 가격`,
);

export const KEY_WORDS: ReadonlyMap<string, number> = words;
export const KEY_PHRASES: ReadonlyMap<string, number> = phrases;
